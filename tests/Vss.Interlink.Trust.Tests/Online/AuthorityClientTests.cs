using System.Net;
using System.Net.Sockets;
using Vss.Interlink.Trust.Online;

namespace Vss.Interlink.Trust.Tests.Online;

public sealed class AuthorityClientTests
{
    private static readonly TimeSpan s_attempt = TimeSpan.FromMilliseconds(456);

    [Fact]
    public async Task A_connection_that_takes_too_long_is_a_host_that_could_not_be_asked_and_no_cancellation()
    {
        // Whose queue is full, he leaves the next ones without an answer.
        using var deaf = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        deaf.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        deaf.Listen(0);
        List<Socket> queue = [];
        try
        {
            for (var number = 0; number < 4; number++)
            {
                queue.Add(new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { Blocking = false });
                await Task.WhenAny(queue[^1].ConnectAsync(deaf.LocalEndPoint!), Task.Delay(100));
            }

            var options = new OnlineOptions { AttemptMilliseconds = (int)s_attempt.TotalMilliseconds };
            var host = deaf.LocalEndPoint!.ToString()!;
            using var client = new AuthorityClient(new AllowedHosts([host]), options, new NoAttemptEnds());
            var reply = await client.AskAsync(new AuthorityRequest(new Uri($"http://{host}/"), "application/ocsp-response"), CancellationToken.None);
            Assert.Contains("could not be asked", Assert.IsType<AuthorityReply.Nothing>(reply).Why, StringComparison.Ordinal);
        }
        finally
        {
            foreach (var socket in queue) socket.Dispose();
        }
    }

    /// <summary>The attempt's own time does not run out, as when the handler's for a connection is faster.</summary>
    private sealed class NoAttemptEnds : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => new Kept(System.CreateTimer(callback, state, Kept.Of(dueTime), period));

        private sealed class Kept(ITimer timer) : ITimer
        {
            public static TimeSpan Of(TimeSpan dueTime) => dueTime == s_attempt ? Timeout.InfiniteTimeSpan : dueTime;

            public bool Change(TimeSpan dueTime, TimeSpan period) => timer.Change(Of(dueTime), period);

            public void Dispose() => timer.Dispose();

            public ValueTask DisposeAsync() => timer.DisposeAsync();
        }
    }
}
