using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Vss.Interlink.Connectors.Axis;
using Vss.Interlink.Exchange;
using Vss.Interlink.Exchange.Audit;
using Vss.Interlink.Exchange.Bodies;
using Vss.Interlink.Exchange.Intake;
using Vss.Interlink.Exchange.Ledger;
using Vss.Interlink.Exchange.Replay;
using Vss.Interlink.Sandbox.Axis;
using Vss.Interlink.TestKit;
using Vss.Interlink.Trust.Policy;
using static Vss.Interlink.Connectors.Tests.Axis.AxisPackets;

namespace Vss.Interlink.Connectors.Tests.Axis;

/// <summary>The poller against the sandbox's axis, over sockets. Packets here are refused, for good or for now, before anything is taken in: they come from an organ that is no partner, or there is no room.</summary>
public sealed class AxisPollerTests : IAsyncLifetime
{
    private const string Secret = "sandbox-secret-not-real";

    private readonly ManualClock _clock = new(new DateTimeOffset(2026, 2, 12, 3, 0, 0, TimeSpan.Zero));
    private readonly string _folder = Directory.CreateTempSubdirectory("axis-poll").FullName;
    private readonly TestTrust _trust = new();
    private readonly Calls _calls = new();
    private readonly Told _told = new();
    private readonly List<AxisPoller> _running = [];
    private ExchangeLedger _ledger = null!;
    private HttpClient _http = null!;
    private AxisServer _axis = null!;

    public async ValueTask InitializeAsync()
    {
        _ledger = ExchangeLedger.OpenSqlite(Path.Combine(_folder, "ledger.db"), _clock);
        _http = new HttpClient(_calls) { Timeout = Timeout.InfiniteTimeSpan };
        _axis = await AxisServer.StartAsync(new AxisOptions { Systems = [new("hub", Secret, Hub, "Cơ quan bảo hiểm thử"), new("bo", "another-secret-not-real", Ministry, "Bộ thử")], Clock = _clock });
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var poller in _running.ToList()) await StopAsync(poller);
        await _axis.DisposeAsync();
        await _ledger.DisposeAsync();
        _http.Dispose();
        _trust.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Of_several_nodes_one_fetches_a_packet_and_its_sender_is_told_of_the_refusal_once()
    {
        foreach (var node in (string[])["one", "two", "three"]) await StartAsync(node);

        var docId = Assert.Single(_axis.Inject(Packet(), "edoc"));

        await UntilAsync("the packet is marked", () => _calls.Of("updateStatus") > 0);
        await Task.Delay(TimeSpan.FromSeconds(1));   // many rounds of each node
        Assert.Equal((1, 1), (_calls.Of("getEdoc"), _axis.PacketsFor(Ministry).Count));
        Assert.NotEmpty(docId);
    }

    [Fact]
    public async Task When_the_node_that_polls_stops_another_goes_on()
    {
        var first = await StartAsync("one");
        await UntilAsync("the first polls", () => _calls.Of("getReceivedEdocList") > 0);
        await StartAsync("two");
        await StopAsync(first);

        _axis.Inject(Packet(), "edoc");

        await UntilAsync("the packet is marked", () => _calls.Of("updateStatus") > 0);
    }

    [Fact]
    public async Task From_the_notice_that_its_hub_stops_on_a_node_leaves_what_comes_to_others_at_once()
    {
        using var leaving = new CancellationTokenSource();
        await StartAsync("one", leaving: leaving.Token);
        await UntilAsync("the first polls", () => _calls.Of("getReceivedEdocList") > 1);
        await leaving.CancelAsync();   // and it is not stopped yet

        _axis.Inject(Packet(), "edoc");
        await Task.Delay(TimeSpan.FromMilliseconds(500));
        Assert.Equal(0, _calls.Of("getEdoc"));

        await StartAsync("two");
        await UntilAsync("the packet is marked", () => _calls.Of("updateStatus") > 0);
    }

    [Fact]
    public async Task A_sender_is_told_of_a_refusal_once_also_when_the_mark_is_lost()
    {
        _axis.Script(new ScriptedFault("updateStatus", AxisFault.ServerError, Count: 2));
        await StartAsync("one");

        _axis.Inject(Packet(), "edoc");

        await UntilAsync("the packet is marked", () =>
        {
            _clock.Advance(TimeSpan.FromMilliseconds(200));
            return _calls.Of("updateStatus") == 3;
        });
        Assert.Single(_axis.PacketsFor(Ministry));
    }

    [Fact]
    public async Task A_packet_that_waits_for_longer_than_the_list_goes_back_is_tried_on_and_that_is_said_once()
    {
        await StartAsync("one", minFreeBytes: long.MaxValue);
        _axis.Inject(Packet(), "edoc");
        foreach (var later in (TimeSpan[])[TimeSpan.FromDays(9), TimeSpan.FromMinutes(11), TimeSpan.FromMinutes(11)])
        {
            var before = _calls.Of("getEdoc");
            await UntilAsync("the packet is tried", () => _calls.Of("getEdoc") > before);
            await UntilAsync("it is postponed, and the round after it is over", Rounds(2));
            _clock.Advance(later);
        }

        var last = _calls.Of("getEdoc");
        await UntilAsync("the packet is tried once more", () => _calls.Of("getEdoc") > last);

        await StopAsync(_running[0]);
        Assert.Single(_told.Events, id => id == 4107);
    }

    [Fact]
    public async Task A_node_that_begins_to_poll_finds_what_lies_there_for_longer_than_the_rounds_go_back()
    {
        _axis.Inject(Packet(), "edoc");
        _clock.Advance(TimeSpan.FromDays(59));

        await StartAsync("one");

        await UntilAsync("the packet is marked", () => _calls.Of("updateStatus") > 0);
    }

    private static byte[] Packet()
    {
        using var written = Written(Document(Ministry, Hub), "%PDF synthetic"u8.ToArray());
        return written.ToArray();
    }

    private async Task<AxisPoller> StartAsync(string node, long minFreeBytes = 0, CancellationToken leaving = default)
    {
        var options = new AxisConnectorOptions
        {
            PollInterval = TimeSpan.FromMilliseconds(100),
            Vxp = new VxpOptions { BaseAddress = _axis.BaseAddress, AllowPlainHttp = true, SystemId = "hub", Secret = Secret, OrganId = Hub },
        };
        var client = new VxpClient(_http, options.Vxp, _clock);
        var policies = new PartnerPolicies([]);
        var reader = new AxisPacketReader(
            new BodyStore(Path.Combine(_folder, "bodies"), 1 << 20, BodyKeys.Of("test", ("test", new byte[32])), _clock), new IntakeRoom(_folder, minFreeBytes, long.MaxValue, _ledger, _clock), _trust.Seals, _trust.Revocation, () => policies, 1 << 20);
        var audit = new AuditTrail(_ledger, () => policies, _clock, NullLogger<AuditTrail>.Instance);

        // Nothing comes as far as the hub's intake.
        var intake = new AxisIntake(client, reader, null!, audit, OrganId.Stored(Hub), _clock, NullLogger<AxisIntake>.Instance);
        var poller = new AxisPoller(client, intake, _ledger, ClaimOwner.OfThisStart(node), options, _clock, _told, leaving);
        _running.Add(poller);
        await poller.StartAsync(CancellationToken.None);
        return poller;
    }

    private async Task StopAsync(AxisPoller poller)
    {
        _running.Remove(poller);
        await poller.StopAsync(CancellationToken.None);
        poller.Dispose();
    }

    private Func<bool> Rounds(int more)
    {
        var before = _calls.Of("getReceivedEdocList");
        return () => _calls.Of("getReceivedEdocList") >= before + (2 * more);
    }

    private static async Task UntilAsync(string what, Func<bool> holds)
    {
        for (var look = 0; look < 600; look++)
        {
            if (holds()) return;
            await Task.Delay(50);
        }

        throw new InvalidOperationException($"It did not come to that: {what}");
    }

    private sealed class Calls() : DelegatingHandler(new SocketsHttpHandler())
    {
        private readonly ConcurrentQueue<string> _operations = new();

        public int Of(string operation) => _operations.Count(one => one == operation);

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var response = await base.SendAsync(request, cancellationToken);
            _operations.Enqueue(request.RequestUri!.Segments[^1]);
            return response;
        }
    }

    private sealed class Told : ILogger<AxisPoller>
    {
        public ConcurrentQueue<int> Events { get; } = new();

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Events.Enqueue(eventId.Id);
    }
}
