using System.Security.Cryptography;
using Google.Protobuf;
using Grpc.Core;
using Vss.Interlink.Admin.V1;
using Vss.Interlink.Sandbox.Demo;
using Vss.Interlink.V1;

namespace Vss.Interlink.Gateway.Tests.Hub;

/// <summary>How VSS's own services submit and follow dossiers.</summary>
[Collection(SharedHubTests.Name)]
public sealed class SubmitTests(SharedHub shared)
{
    private static readonly IReadOnlyDictionary<string, byte[]> Nothing = new Dictionary<string, byte[]>();

    [Fact]
    public Task The_first_message_has_to_be_the_dossier() =>
        RefusedAsync(StatusCode.InvalidArgument, "SCHEMA_VIOLATION", "submit.header-first", Chunk("report", "early"u8));

    [Fact]
    public Task Content_that_the_dossier_does_not_name_is_refused() =>
        RefusedAsync(StatusCode.InvalidArgument, "ATTACHMENT_MISMATCH", null, Header(Dossiers.FromInside("in-stray", HubConfiguration.Ministry, Nothing)), Chunk("stray", "x"u8));

    [Fact]
    public Task An_attachment_without_content_is_refused() =>
        RefusedAsync(StatusCode.InvalidArgument, "ATTACHMENT_MISMATCH", null, Header(Dossiers.FromInside("in-missing", HubConfiguration.Ministry, Dossiers.Report)));

    [Fact]
    public Task Content_of_another_size_than_stated_is_refused()
    {
        var dossier = Dossiers.FromInside("in-size", HubConfiguration.Ministry, Dossiers.Report);
        dossier.Attachments[0].Size++;
        return RefusedAsync(StatusCode.InvalidArgument, "ATTACHMENT_MISMATCH", "attachment.size", Header(dossier), Chunk("report", Dossiers.Report["report"]));
    }

    [Fact]
    public Task Content_of_another_digest_than_stated_is_refused()
    {
        var dossier = Dossiers.FromInside("in-digest", HubConfiguration.Ministry, Dossiers.Report);
        dossier.Attachments[0].Sha256 = ByteString.CopyFrom(SHA256.HashData("something else"u8));
        return RefusedAsync(StatusCode.InvalidArgument, "ATTACHMENT_MISMATCH", "attachment.sha256", Header(dossier), Chunk("report", Dossiers.Report["report"]));
    }

    [Fact]
    public Task A_receiver_without_a_route_is_refused() =>
        RefusedAsync(StatusCode.InvalidArgument, "UNKNOWN_RECEIVER", "route.receiver", Header(Dossiers.FromInside("in-receiver", "000.00.00.G77", Nothing)));

    [Fact]
    public Task An_inside_service_may_not_send_as_a_ministry()
    {
        var dossier = Dossiers.FromInside("in-sender", HubConfiguration.Office, Nothing);
        dossier.Sender.Id = HubConfiguration.Ministry;
        return RefusedAsync(StatusCode.PermissionDenied, "NOT_PERMITTED", "policy.inside", Header(dossier));
    }

    [Fact]
    public async Task A_repeat_gets_the_first_receipt_and_other_content_a_conflict()
    {
        var dossier = Dossiers.FromInside("in-repeat", HubConfiguration.Ministry, Dossiers.Report);
        var first = await shared.Service.SubmitAsync(dossier, Dossiers.Report);
        var again = await shared.Service.SubmitAsync(dossier, Dossiers.Report);

        Assert.False(first.Repeated);
        Assert.True(again.Repeated);
        Assert.Equal(first.ExchangeId, again.ExchangeId);
        Assert.Equal(first.Receipt, again.Receipt);

        dossier.Subject = "Nội dung khác";
        var refused = await RefusedAsync(StatusCode.AlreadyExists, "MESSAGE_ID_REUSED", "claim.conflict", Header(dossier), Chunk("report", Dossiers.Report["report"]));
        Assert.Contains("SUBMISSION_REJECTION", refused.Evidence.ToStringUtf8(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Watch_shows_the_exchange_until_it_is_completed_and_ends()
    {
        var accepted = await shared.Service.SubmitAsync(Dossiers.FromInside("in-watch", HubConfiguration.Office, Dossiers.Report), Dossiers.Report);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var watch = shared.Exchange.Watch(new GetRequest { ExchangeId = accepted.ExchangeId }, cancellationToken: patience.Token);

        var states = new List<ExchangeState>();
        await foreach (var view in watch.ResponseStream.ReadAllAsync(patience.Token)) states.Add(view.State);

        Assert.Equal(ExchangeState.Completed, states[^1]);
        Assert.All(states[..^1], state => Assert.Equal(ExchangeState.Accepted, state));
    }

    [Fact]
    public async Task Pages_of_the_list_show_each_exchange_once_the_newest_first()
    {
        var mine = new List<string>();
        for (var i = 0; i < 3; i++) mine.Add((await shared.Service.SubmitAsync(Dossiers.FromInside($"in-list-{i}", HubConfiguration.Ministry, Nothing), Nothing)).ExchangeId);

        var listed = new List<string>();
        var request = new ListRequest { PageSize = 2, Receiver = HubConfiguration.Ministry };
        do
        {
            var page = await shared.Exchange.ListAsync(request);
            Assert.InRange(page.Exchanges.Count, 1, 2);
            listed.AddRange(page.Exchanges.Select(view => view.ExchangeId));
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);

        Assert.Equal(listed.Count, listed.Distinct().Count());
        Assert.Equal(((IEnumerable<string>)mine).Reverse(), listed.Where(mine.Contains));
    }

    [Theory]
    [InlineData(501, "")]
    [InlineData(-1, "")]
    [InlineData(2, "not-given-by-this-hub")]
    public async Task A_page_that_cannot_be_is_refused(int size, string token)
    {
        var refused = await Assert.ThrowsAsync<RpcException>(async () => await shared.Exchange.ListAsync(new ListRequest { PageSize = size, PageToken = token }));
        await AssertTraceableAsync(refused, StatusCode.InvalidArgument, "SCHEMA_VIOLATION", null);
    }

    [Fact]
    public async Task Nobody_knows_an_exchange_that_is_not_there()
    {
        foreach (var request in new[]
                 {
                     new GetRequest { ExchangeId = "x-0" }, new GetRequest(),
                     new GetRequest { Message = new MessageKey { Sender = HubConfiguration.Ministry, MessageId = "never-sent" } },
                 })
        {
            var refused = await Assert.ThrowsAsync<RpcException>(async () => await shared.Exchange.GetAsync(request));
            await AssertTraceableAsync(refused, StatusCode.NotFound, "NOT_FOUND", "exchange.found");
        }
    }

    [Fact]
    public async Task Forty_megabytes_go_through_without_being_held_in_memory()
    {
        const long allowed = 100L * 1024 * 1024;
        var contents = new Dictionary<string, byte[]> { ["large"] = RandomNumberGenerator.GetBytes(40 * 1024 * 1024) };
        var dossier = Dossiers.FromInside("in-large", HubConfiguration.Hub, contents);
        var before = shared.Hub.PeakMemory();

        var accepted = await shared.Service.SubmitAsync(dossier, contents);
        var taken = await shared.Service.TakenAsync(dossier.MessageId);

        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(contents["large"])), taken.Sha256["large"]);
        await shared.Exchange.ViewAsync(accepted.ExchangeId, view => view.State == ExchangeState.Completed);
        Assert.InRange(shared.Hub.PeakMemory() - before, 0, allowed);
    }

    [Fact]
    public async Task The_trace_of_an_exchange_has_its_evidence()
    {
        var dossier = Dossiers.FromInside("in-trace", HubConfiguration.Hub, Nothing);
        var accepted = await shared.Service.SubmitAsync(dossier, Nothing);
        await shared.Exchange.ViewAsync(accepted.ExchangeId, view => view.State == ExchangeState.Completed);

        var trace = await shared.Admin.TraceAsync(new TraceRequest { Id = accepted.ExchangeId });

        Assert.Equal(dossier.MessageId, trace.Exchange.MessageId);
        Assert.Equal(trace.Exchange.Evidence.Count, trace.Lines.Count(line => line.Event == "Evidence"));
        Assert.NotEmpty(trace.Exchange.Evidence);
    }

    private static SubmitRequest Header(Dossier dossier) => new() { Dossier = dossier };

    private static SubmitRequest Chunk(string id, ReadOnlySpan<byte> data) => new() { Chunk = new AttachmentChunk { AttachmentId = id, Data = ByteString.CopyFrom(data) } };

    private async Task<FaultDetail> RefusedAsync(StatusCode status, string name, string? rule, params SubmitRequest[] messages)
    {
        using var call = shared.Exchange.Submit();
        foreach (var message in messages) await call.RequestStream.WriteAsync(message);
        await call.RequestStream.CompleteAsync();
        var refused = await Assert.ThrowsAsync<RpcException>(async () => await call.ResponseAsync);
        await AssertTraceableAsync(refused, status, name, rule);
        return refused.Fault();
    }

    private async Task AssertTraceableAsync(RpcException refused, StatusCode status, string name, string? rule)
    {
        var fault = refused.Fault();
        Assert.Equal(status, refused.StatusCode);
        Assert.Equal(name, fault.Name);
        if (rule is not null) Assert.Equal(rule, fault.Rule);
        Assert.NotEmpty(fault.Remedy);

        var line = Assert.Single((await shared.Admin.TraceAsync(new TraceRequest { Id = fault.Reference })).Lines);
        Assert.Equal(fault.Rule, line.Rule);
        Assert.Equal(fault.Detail, line.Detail);
        Assert.EndsWith(name, line.Event, StringComparison.Ordinal);
    }
}
