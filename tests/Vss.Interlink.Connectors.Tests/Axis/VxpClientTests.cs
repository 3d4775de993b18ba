using System.Net;
using System.Net.Sockets;
using System.Text;
using Vss.Interlink.Connectors.Axis;
using Vss.Interlink.EdXml;
using Vss.Interlink.Sandbox.Axis;
using static Vss.Interlink.Connectors.Tests.Axis.AxisPackets;

namespace Vss.Interlink.Connectors.Tests.Axis;

/// <summary>The client against the sandbox's axis, over sockets.</summary>
public sealed class VxpClientTests : IAsyncLifetime, IDisposable
{
    private const string Secret = "sandbox-secret-not-real";
    private static readonly DateOnly Day = new(2026, 1, 15);
    private static readonly byte[] Content = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("%PDF synthetic ", 500)));

    private readonly FixedClock _clock = new(new DateTimeOffset(2026, 1, 15, 3, 0, 0, TimeSpan.Zero));
    private readonly HttpClient _http = new() { Timeout = Timeout.InfiniteTimeSpan };
    private readonly CancellationTokenSource _end = new(TimeSpan.FromSeconds(60));
    private AxisServer _axis = null!;

    private CancellationToken End => _end.Token;

    public async ValueTask InitializeAsync() => _axis = await AxisServer.StartAsync(new AxisOptions
    {
        Systems = [new("hub", Secret, Hub, "Cơ quan bảo hiểm thử"), new("bo", "another-secret-not-real", Ministry, "Bộ thử")],
        Agencies = new Dictionary<string, string> { [Province] = "Tỉnh thử" },
        Clock = _clock,
    });

    public ValueTask DisposeAsync() => _axis.DisposeAsync();

    public void Dispose()
    {
        _http.Dispose();
        _end.Dispose();
    }

    private VxpClient Client(Action<VxpOptions>? change = null) => new(_http, Options(change), _clock);

    private VxpOptions Options(Action<VxpOptions>? change = null)
    {
        var options = new VxpOptions { BaseAddress = _axis.BaseAddress, AllowPlainHttp = true, SystemId = "hub", Secret = Secret, OrganId = Hub, CallTimeout = TimeSpan.FromSeconds(20) };
        change?.Invoke(options);
        return options;
    }

    private static T Accepted<T>(VxpAnswer<T> answer)
    {
        Assert.True(answer is VxpAnswer<T>.Accepted, answer.ToString());
        return ((VxpAnswer<T>.Accepted)answer).Value;
    }

    private static VxpAnswer<T>.Refused Refused<T>(VxpAnswer<T> answer) => Assert.IsType<VxpAnswer<T>.Refused>(answer);

    private static VxpAnswer<T>.Unavailable Unavailable<T>(VxpAnswer<T> answer) => Assert.IsType<VxpAnswer<T>.Unavailable>(answer);

    [Fact]
    public async Task A_packet_reaches_every_receiver_and_what_a_seal_covers_survives_the_axis()
    {
        var packet = Document(Hub, Ministry, Province);
        using var written = Written(packet, Content);

        Accepted(await Client().SendAsync(VxpMessageType.Document, written, End));

        foreach (var receiver in (string[])[Ministry, Province])
        {
            var arrived = Assert.Single(_axis.PacketsFor(receiver));
            Assert.NotEqual(written.ToArray(), arrived);
            var contents = new AttachmentsInMemory();
            var read = Assert.IsType<EdXmlReadResult.Document>(Read(arrived, contents)).Packet;
            Assert.Equal(HeaderProjection.Of(packet), HeaderProjection.Of(read));
            Assert.Equal(Content, contents.ContentOf(read.Attachments[0]));
        }
        Assert.True(written.CanRead, "the caller's stream stays open");
    }

    [Fact]
    public async Task Sent_packets_are_listed_once_for_each_receiver_under_the_id_that_sending_gave()
    {
        using var written = Written(Document(Hub, Ministry, Province), Content);
        var id = Accepted(await Client().SendAsync(VxpMessageType.Document, written, End));

        var sent = Accepted(await Client().ListSentAsync(VxpMessageType.Document, Day, Day, End));

        Assert.Equal([Ministry, Province], sent.Select(item => item.ToCode).Order(StringComparer.Ordinal));
        Assert.All(sent, item => Assert.Equal((id, "7/TB-THỬ", "initial"), (item.SenderDocId, item.Notation, item.ReceiveStatus)));
        Assert.Equal("2026/01/15 10:00:00", sent[0].SentTime);
    }

    [Fact]
    public async Task A_received_packet_is_listed_fetched_and_marked()
    {
        _axis.Inject(Written(Document(Ministry, Hub), Content).ToArray(), "edoc");

        var item = Assert.Single(Accepted(await Client().ListReceivedAsync(VxpMessageType.Document, Day, Day, End)));
        using var packet = new MemoryStream();
        var length = Accepted(await Client().FetchAsync(item.DocId, packet, End));
        Accepted(await Client().MarkAsync(item.DocId, VxpState.Done, End));

        Assert.Equal((Ministry, Hub, "initial", "edoc"), (item.From, item.To, item.Status, item.MessageType));
        Assert.Equal(packet.Length, length);
        Assert.Equal(_axis.PacketsFor(Hub)[0], packet.ToArray());
        Assert.Equal("done", Assert.Single(Accepted(await Client().ListReceivedAsync(VxpMessageType.Document, Day, Day, End))).Status);
    }

    [Fact]
    public async Task Lists_hold_only_the_days_and_the_kind_asked_for()
    {
        _axis.Inject(Written(Document(Ministry, Hub), Content).ToArray(), "edoc");

        Assert.Empty(Accepted(await Client().ListReceivedAsync(VxpMessageType.Document, Day.AddDays(1), Day.AddDays(2), End)));
        Assert.Empty(Accepted(await Client().ListReceivedAsync(VxpMessageType.Status, Day, Day, End)));
    }

    [Fact]
    public async Task A_status_packet_goes_to_the_organ_it_answers()
    {
        using var written = Written(Status(StatusCode.Received));

        Accepted(await Client().SendAsync(VxpMessageType.Status, written, End));

        var arrived = Assert.IsType<EdXmlReadResult.Status>(Read(Assert.Single(_axis.PacketsFor(Ministry)), new AttachmentsInMemory())).Packet;
        Assert.Equal(StatusCode.Received, arrived.StatusCode);
    }

    [Fact]
    public async Task A_large_packet_is_fetched_in_pieces()
    {
        var large = new byte[6_000_000];
        new Random(1).NextBytes(large);
        var docId = Assert.Single(_axis.Inject(Written(Document(Ministry, Hub), large).ToArray(), "edoc"));
        using var packet = new MemoryStream();

        Accepted(await Client().FetchAsync(docId, packet, End));

        var contents = new AttachmentsInMemory();
        var read = Assert.IsType<EdXmlReadResult.Document>(Read(packet.ToArray(), contents)).Packet;
        Assert.Equal(large, contents.ContentOf(read.Attachments[0]));
    }

    [Fact]
    public async Task Agencies_are_listed()
    {
        var agencies = Accepted(await Client().ListAgenciesAsync(End));

        Assert.Equal([Ministry, Hub, Province], agencies.Select(agency => agency.Code).Order(StringComparer.Ordinal));
        Assert.Contains(agencies, agency => agency.Name == "Tỉnh thử");
    }

    [Fact]
    public async Task Each_call_carries_a_fresh_timestamp()
    {
        var client = Client();
        Accepted(await client.ListAgenciesAsync(End));

        _clock.Advance(TimeSpan.FromHours(1));

        Accepted(await client.ListAgenciesAsync(End));
    }

    [Fact]
    public async Task A_wrong_secret_is_refused_but_not_for_ever_and_is_not_told()
    {
        var refused = Refused(await Client(options => options.Secret = "a-wrong-secret-indeed").ListAgenciesAsync(End));

        Assert.Equal("15", refused.Code);
        Assert.False(refused.Permanent);
        Assert.DoesNotContain("wrong-secret", refused.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_clock_that_is_off_is_refused()
    {
        var late = new VxpClient(_http, Options(), new FixedClock(_clock.GetUtcNow() + TimeSpan.FromMinutes(6)));

        Assert.Equal("15", Refused(await late.ListAgenciesAsync(End)).Code);
    }

    [Fact]
    public async Task A_file_that_changes_behind_its_hash_is_refused_for_good()
    {
        using var changing = new ChangingStream(Written(Document(Hub, Ministry), Content).ToArray());

        var refused = Refused(await Client().SendAsync(VxpMessageType.Document, changing, End));

        Assert.Equal(("10", true), (refused.Code, refused.Permanent));
        Assert.Empty(_axis.PacketsFor(Ministry));
    }

    [Theory]
    [InlineData("10", true)]
    [InlineData("18", true)]
    [InlineData("19", true)]
    [InlineData("22", true)]
    [InlineData("15", false)]
    [InlineData("20", false)]
    [InlineData("23", false)]
    [InlineData("100", false)]
    [InlineData("4711", false)]
    public async Task Only_a_refusal_that_blames_the_packet_is_permanent(string code, bool permanent)
    {
        _axis.Script(new ScriptedFault("getAgenciesList", AxisFault.Fail, Code: code));

        var refused = Refused(await Client().ListAgenciesAsync(End));

        Assert.Equal((code, permanent, "Scripted."), (refused.Code, refused.Permanent, refused.Text));
    }

    [Fact]
    public async Task An_unknown_receiver_is_refused_and_nobody_gets_the_packet()
    {
        using var written = Written(Document(Hub, Ministry, "999.00.00.X99"), Content);

        Assert.Equal("18", Refused(await Client().SendAsync(VxpMessageType.Document, written, End)).Code);
        Assert.Empty(_axis.PacketsFor(Ministry));
    }

    [Fact]
    public async Task The_document_of_another_organ_cannot_be_fetched()
    {
        var docId = Assert.Single(_axis.Inject(Written(Document(Hub, Ministry), Content).ToArray(), "edoc"));
        using var packet = new MemoryStream();

        Refused(await Client().FetchAsync(docId, packet, End));
        Assert.Equal(0, packet.Length);
    }

    [Fact]
    public async Task A_server_error_passes()
    {
        _axis.Script(new ScriptedFault("getAgenciesList", AxisFault.ServerError, Count: 2));

        Assert.Contains("500", Unavailable(await Client().ListAgenciesAsync(End)).Reason, StringComparison.Ordinal);
        Unavailable(await Client().ListAgenciesAsync(End));
        Accepted(await Client().ListAgenciesAsync(End));
    }

    [Fact]
    public async Task Silence_ends_with_the_time_out_of_the_options()
    {
        _axis.Script(new ScriptedFault("sendEdoc", AxisFault.Silence));
        using var written = Written(Document(Hub, Ministry), Content);

        var answer = Unavailable(await Client(options => options.CallTimeout = TimeSpan.FromMilliseconds(300)).SendAsync(VxpMessageType.Document, written, End));

        Assert.True(answer.MayBeDone);
        Assert.Contains("0.3 s", answer.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_callers_own_cancellation_is_no_answer()
    {
        _axis.Script(new ScriptedFault("getAgenciesList", AxisFault.Silence));
        using var cancelled = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Client().ListAgenciesAsync(cancelled.Token));
    }

    [Fact]
    public async Task A_lost_answer_says_that_the_packet_may_have_been_taken()
    {
        _axis.Script(new ScriptedFault("sendEdoc", AxisFault.LostAnswer));
        using var written = Written(Document(Hub, Ministry), Content);

        Assert.True(Unavailable(await Client().SendAsync(VxpMessageType.Document, written, End)).MayBeDone);
        Assert.Single(Accepted(await Client().ListSentAsync(VxpMessageType.Document, Day, Day, End)));
    }

    [Fact]
    public async Task An_axis_that_is_not_there_has_not_done_it()
    {
        using var taken = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var nobody = new Uri($"http://127.0.0.1:{((IPEndPoint)taken.LocalEndPoint!).Port}/");

        Assert.False(Unavailable(await Client(options => options.BaseAddress = nobody).ListAgenciesAsync(End)).MayBeDone);
    }

    [Theory]
    [InlineData("getAgenciesList")]
    [InlineData("getEdoc")]
    public async Task A_truncated_answer_passes_and_is_not_taken_for_a_whole_one(string operation)
    {
        var docId = Assert.Single(_axis.Inject(Written(Document(Ministry, Hub), Content).ToArray(), "edoc"));
        _axis.Script(new ScriptedFault(operation, AxisFault.TruncatedAnswer));

        if (operation == "getEdoc") Unavailable(await Client().FetchAsync(docId, new MemoryStream(), End));
        else Unavailable(await Client().ListAgenciesAsync(End));
    }

    [Fact]
    public async Task An_endless_answer_is_cut_at_its_limit()
    {
        _axis.Script(new ScriptedFault("getAgenciesList", AxisFault.EndlessAnswer));
        _axis.Script(new ScriptedFault("getEdoc", AxisFault.EndlessAnswer));
        var bounded = Client(options => (options.AnswerBytes, options.PacketBytes) = (200_000, 200_000));
        using var packet = new MemoryStream();

        Assert.Contains("200000", Unavailable(await bounded.ListAgenciesAsync(End)).Reason, StringComparison.Ordinal);
        Assert.Contains("200000", Unavailable(await bounded.FetchAsync("d", packet, End)).Reason, StringComparison.Ordinal);
        Assert.InRange(packet.Length, 1, 200_000);
    }

    private sealed class FixedClock(DateTimeOffset now) : TimeProvider
    {
        private DateTimeOffset _now = now;

        public override DateTimeOffset GetUtcNow() => _now;

        public void Advance(TimeSpan by) => _now += by;
    }

    /// <summary>Gives other bytes when it is read again.</summary>
    private sealed class ChangingStream : MemoryStream
    {
        private int _readings;

        public ChangingStream(byte[] bytes) => Write(bytes);

        public override long Position
        {
            get => base.Position;
            set
            {
                base.Position = value;
                if (++_readings == 2) GetBuffer()[Length - 20] ^= 1;
            }
        }
    }
}
