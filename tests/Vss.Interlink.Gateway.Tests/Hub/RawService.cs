using Grpc.Core;
using Grpc.Net.Client;
using Vss.Interlink.Sandbox.Demo;
using Vss.Interlink.V1;

namespace Vss.Interlink.Gateway.Tests.Hub;

/// <summary>A service that answers as the test says.</summary>
internal sealed class RawService : IAsyncDisposable
{
    private readonly GrpcChannel _channel;
    private readonly AsyncDuplexStreamingCall<InboxRequest, InboxDelivery> _call;

    private RawService(GrpcChannel channel)
    {
        _channel = channel;
        Exchange = new DossierExchange.DossierExchangeClient(channel);
        _call = new Inbox.InboxClient(channel).Receive();
    }

    public DossierExchange.DossierExchangeClient Exchange { get; }

    public static async Task<RawService> JoinAsync(GrpcChannel channel)
    {
        var service = new RawService(channel);
        await service.AnswerAsync(new InboxRequest { Subscribe = new Subscribe { Service = "raw" } });
        return service;
    }

    public async Task<SubmitResponse> SubmitAsync(string messageId)
    {
        using var call = Exchange.Submit();
        await call.RequestStream.WriteAsync(new SubmitRequest { Dossier = Dossiers.FromInside(messageId, HubConfiguration.Hub, new Dictionary<string, byte[]>()) });
        await call.RequestStream.CompleteAsync();
        return await call.ResponseAsync;
    }

    public Task AnswerAsync(InboxRequest answer) => _call.RequestStream.WriteAsync(answer);

    public async Task<InboxDelivery> NextAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        Assert.True(await _call.ResponseStream.MoveNext(patience.Token));
        return _call.ResponseStream.Current;
    }

    public async ValueTask DisposeAsync()
    {
        await _call.RequestStream.CompleteAsync();
        _call.Dispose();
        _channel.Dispose();
    }
}
