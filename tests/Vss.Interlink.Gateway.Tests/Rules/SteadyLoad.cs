using System.Globalization;
using System.Text;
using Grpc.Core;
using Vss.Interlink.Gateway.Tests.Crashes;
using Vss.Interlink.Gateway.Tests.Hub;
using Vss.Interlink.Sandbox.Demo;
using Vss.Interlink.Sandbox.Inside;
using Vss.Interlink.Sandbox.Ministry;
using Vss.Interlink.Trust.Verification;
using Vss.Interlink.TestKit;

namespace Vss.Interlink.Gateway.Tests.Rules;

/// <summary>
/// Ministries and services that send through a proxy, one dossier after the other, none of them twice: whatever comes back that is no receipt is a complaint. Ministries connect anew now and then, as many callers do;
/// services keep their connection as long as it is kept for them.
/// </summary>
internal sealed class SteadyLoad : IAsyncDisposable
{
    private const int Ministries = 3;
    private const int DossiersPerConnection = 7;

    // A hub that starts beside a busy one may take a while.
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(3);

    private readonly PartnerRecords _books = new();
    private readonly List<string> _sent = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly IReadOnlyList<InsideService> _services;
    private readonly IReadOnlyList<Task> _senders;

    private SteadyLoad(HubsBehindProxy proxy)
    {
        _services = [proxy.Service("claims", _books.Consume), proxy.Service("cards", _books.Consume)];
        _senders = [.. Enumerable.Range(0, Ministries).Select(number => MinistryAsync(proxy, number)), .. _services.Select(ServiceAsync)];
    }

    public static async Task<SteadyLoad> StartAsync(HubsBehindProxy proxy)
    {
        var load = new SteadyLoad(proxy);
        await load.FlowsAsync();
        return load;
    }

    /// <summary>How often something was handed over again under the same key, which its receiver puts aside: after an answer that came too late for the lease, or for the stop.</summary>
    public int Repeats => _books.HandedOver - _books.Consumed.Count;

    /// <summary>Returns when so much more was sent and delivered that each sender had its turn.</summary>
    public Task FlowsAsync()
    {
        var (receipts, consumed) = (_books.Receipts.Count + 30, _books.Consumed.Count + 30);
        return FlowsAsync("receipts and deliveries", () => _books.Receipts.Count >= receipts && _books.Consumed.Count >= consumed);
    }

    /// <summary>Returns when it has come about under the load, and fails at once when somebody complains.</summary>
    public async Task FlowsAsync(string what, Func<bool> holds)
    {
        await Eventually.HoldsAsync(what, s_patience, () => Task.FromResult(_books.Complaints.Count > 0 || holds()));
        NobodyComplains();
    }

    /// <summary>Ends it; holds every sender to his receipt and every dossier to its one delivery.</summary>
    /// <returns>SHA-256 of the certificates under the receipts, how often each.</returns>
    public async Task<IReadOnlyDictionary<string, int>> ReconcileAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_senders);
        NobodyComplains();
        await Eventually.HoldsAsync("everything taken over", s_patience, () => Task.FromResult(_books.Consumed.Count >= _sent.Count));
        Assert.Equal(_sent.Order(StringComparer.Ordinal), _books.Consumed.Values.Select(taken => taken.Delivery.Dossier.MessageId).Order(StringComparer.Ordinal));
        Assert.Equal(_sent.Count, _books.Receipts.Count);
        using var trust = new TestTrust();
        return _books.Receipts.Select(one => Assert.IsType<VerificationResult.Passed>(trust.Enveloped.Verify(one.Receipt)).Document.SignedBy!.Sha256).CountBy(signer => signer).ToDictionary();
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_senders);
        foreach (var service in _services) await service.DisposeAsync();
        _stop.Dispose();
    }

    private async Task MinistryAsync(HubsBehindProxy proxy, int ministry)
    {
        for (var number = 0; !_stop.IsCancellationRequested;)
        {
            using var client = proxy.Ministry(ministry % 2 == 0 ? SoapDialect.Soap11 : SoapDialect.Soap12);
            for (var on = 0; on < DossiersPerConnection && !_stop.IsCancellationRequested; on++, number++)
            {
                var id = Id($"ministry{ministry}", number);
                var dossier = Dossiers.FromMinistry(id) with { Attachments = [new MinistryAttachment("list", "danh-sach.txt", "text/plain", Content(id))] };
                await SendAsync(id, async () =>
                {
                    var reply = await client.SubmitAsync(dossier, number % 3 == 0 ? Packaging.Mtom : Packaging.Inline);
                    return reply.Answer?.Receipt ?? throw new InvalidDataException($"HTTP {reply.HttpStatus}: {reply.Fault?.Name} {reply.Fault?.Reason}");
                });
            }
        }
    }

    private async Task ServiceAsync(InsideService service, int name)
    {
        for (var number = 0; !_stop.IsCancellationRequested; number++)
        {
            var id = Id($"service{name}", number);
            var contents = new Dictionary<string, byte[]> { ["list"] = Content(id) };
            await SendAsync(id, async () => (await service.SubmitAsync(Dossiers.FromInside(id, HubConfiguration.Hub, contents), contents)).Receipt.ToByteArray());
        }
    }

    private async Task SendAsync(string id, Func<Task<byte[]>> send)
    {
        lock (_sent) _sent.Add(id);
        try
        {
            _books.Receive(id, await send());
        }
        catch (Exception noReceipt) when (noReceipt is HttpRequestException or IOException or OperationCanceledException or RpcException or InvalidDataException)
        {
            _books.Complain($"{id}: {noReceipt}");
        }

        await Task.Delay(20, CancellationToken.None);
    }

    private void NobodyComplains() => Assert.True(_books.Complaints.Count == 0, string.Join('\n', _books.Complaints.Take(3)));

    private static byte[] Content(string id) => Encoding.UTF8.GetBytes($"Danh sách của {id} (dữ liệu mẫu)\n");

    private static string Id(string sender, int number) => string.Create(CultureInfo.InvariantCulture, $"{sender}-{number}");
}
