using System.Net;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Vss.Interlink.Connectors.Axis;

namespace Vss.Interlink.Connectors.Tests.Axis;

public sealed class AxisPollerTests
{
    [Fact]
    public async Task From_the_notice_that_the_hub_stops_on_nothing_more_is_fetched()
    {
        using var leaving = new CancellationTokenSource();
        using var axis = new ScriptedAxis(leaving);
        using var http = new HttpClient(axis);
        var options = new AxisConnectorOptions
        {
            Vxp = new VxpOptions { BaseAddress = new Uri("http://axis.example/"), AllowPlainHttp = true, SystemId = "hub", Secret = "not-real", OrganId = "000.00.00.G24" }, PollInterval = TimeSpan.FromMilliseconds(50),
        };

        // What it would do with a packet is not asked for here: the axis gives none out.
        using var poller = new AxisPoller(new VxpClient(http, options.Vxp, TimeProvider.System), null!, null!, null!, options, TimeProvider.System, NullLogger<AxisPoller>.Instance, leaving.Token);
        await poller.StartAsync(CancellationToken.None);
        await axis.Fetched.WaitAsync(TimeSpan.FromSeconds(30));
        await Task.Delay(options.PollInterval * 6);
        await poller.StopAsync(CancellationToken.None);
        Assert.Equal(2, axis.Calls);   // the list, and the packet that was at hand
    }

    /// <summary>Lists two packets, and with the first one that is fetched the hub begins to stop.</summary>
    private sealed class ScriptedAxis(CancellationTokenSource leaving) : HttpMessageHandler
    {
        private const string Listed = """{"status":"OK","data":[{"docId":"one","status":"initial"},{"docId":"two","status":"initial"}]}""";

        private readonly TaskCompletionSource _fetched = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _calls;

        public Task Fetched => _fetched.Task;

        public int Calls => _calls;

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (Interlocked.Increment(ref _calls) == 1) return new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(Listed, Encoding.UTF8, "application/json") };
            await leaving.CancelAsync();
            _fetched.TrySetResult();
            return new HttpResponseMessage(HttpStatusCode.ServiceUnavailable);
        }
    }
}
