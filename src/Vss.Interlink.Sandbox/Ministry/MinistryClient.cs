using System.Xml;

namespace Vss.Interlink.Sandbox.Ministry;

/// <summary>A ministry's legacy system: signs, calls the hub's SOAP service, and believes an answer only when the hub signed it. Also plays the dishonest one.</summary>
public sealed class MinistryClient(MinistryOptions options) : IDisposable
{
    private readonly Wire _wire = new(options);

    public async Task<MinistryReply<SubmitAnswer>> SubmitAsync(MinistryDossier dossier, Packaging packaging = Packaging.Inline, CancellationToken cancellation = default) =>
        await SendAsync(await SignedSubmitAsync(dossier, cancellation), "SubmitDossier", AnswerReader.Submit, packaging, cancellation);

    public Task<MinistryReply<StatusAnswer>> GetStatusAsync(string organ, string messageId, CancellationToken cancellation = default) =>
        CallAsync("GetStatus", organ, ("MessageId", messageId), AnswerReader.Status, cancellation);

    public Task<MinistryReply<ReceiptAnswer>> GetReceiptAsync(string organ, string messageId, CancellationToken cancellation = default) =>
        CallAsync("GetReceipt", organ, ("MessageId", messageId), AnswerReader.Receipt, cancellation);

    public Task<MinistryReply<InboxAnswer>> ListInboxAsync(string organ, int maxItems = 100, CancellationToken cancellation = default) =>
        CallAsync("ListInbox", organ, ("MaxItems", XmlConvert.ToString(maxItems)), AnswerReader.Inbox, cancellation);

    public Task<MinistryReply<FetchedDossier>> FetchDossierAsync(string organ, string deliveryId, CancellationToken cancellation = default) =>
        CallAsync("FetchDossier", organ, ("DeliveryId", deliveryId), AnswerReader.Fetched, cancellation);

    public Task<MinistryReply<ConfirmAnswer>> ConfirmReceivedAsync(string organ, string deliveryId, CancellationToken cancellation = default) =>
        CallAsync("ConfirmReceived", organ, ("DeliveryId", deliveryId), AnswerReader.Confirmed, cancellation);

    /// <summary>A signed envelope as it goes over the wire, to be sent by somebody else within the life of its Timestamp.</summary>
    public async Task<byte[]> PrepareSubmitAsync(MinistryDossier dossier, CancellationToken cancellation = default) => Wire.Octets(await SignedSubmitAsync(dossier, cancellation));

    /// <summary>The same for a question about what lies in the box.</summary>
    public async Task<byte[]> PrepareListInboxAsync(string organ, CancellationToken cancellation = default) => Wire.Octets(await SignedAsync(Call("ListInbox", organ, ("MaxItems", "100")), cancellation));

    /// <summary>Changes the body after it was signed.</summary>
    public async Task<MinistryReply<SubmitAnswer>> SubmitTamperedAsync(MinistryDossier dossier, CancellationToken cancellation = default)
    {
        var envelope = await SignedSubmitAsync(dossier, cancellation);
        Forgery.Tamper(envelope);
        return await SendAsync(envelope, "SubmitDossier", AnswerReader.Submit, Packaging.Inline, cancellation);
    }

    /// <summary>Signs <paramref name="signed"/> and sends <paramref name="evil"/> under that signature.</summary>
    public async Task<MinistryReply<SubmitAnswer>> SubmitWrappedAsync(MinistryDossier signed, MinistryDossier evil, Wrapping wrapping, CancellationToken cancellation = default)
    {
        var envelope = await SignedSubmitAsync(signed, cancellation);
        Forgery.Wrap(envelope, RequestEnvelope.Part(Submit(evil), "Body"), wrapping, options.Clock);
        return await SendAsync(envelope, "SubmitDossier", AnswerReader.Submit, Packaging.Inline, cancellation);
    }

    /// <summary>Sends without a Security header.</summary>
    public Task<MinistryReply<SubmitAnswer>> SubmitUnsignedAsync(MinistryDossier dossier, CancellationToken cancellation = default) =>
        SendAsync(Submit(dossier), "SubmitDossier", AnswerReader.Submit, Packaging.Inline, cancellation);

    /// <summary>Announces another operation in the HTTP header than the body holds.</summary>
    public async Task<MinistryReply<SubmitAnswer>> SubmitUnderAnotherActionAsync(MinistryDossier dossier, CancellationToken cancellation = default)
    {
        var (status, wait, answer) = await _wire.SendAsync(await SignedSubmitAsync(dossier, cancellation), RequestEnvelope.ActionOf("GetStatus"), Packaging.Inline, cancellation);
        return AnswerReader.Read(status, answer, AnswerReader.Submit) with { RetryAfter = wait };
    }

    /// <summary>Sends the very octets of one signed request twice, as whoever recorded it would.</summary>
    public async Task<(MinistryReply<InboxAnswer> First, MinistryReply<InboxAnswer> Second)> ListInboxTwiceAsync(string organ, CancellationToken cancellation = default)
    {
        var envelope = await SignedAsync(Call("ListInbox", organ, ("MaxItems", "100")), cancellation);
        return (await SendAsync(envelope, "ListInbox", AnswerReader.Inbox, Packaging.Inline, cancellation), await SendAsync(envelope, "ListInbox", AnswerReader.Inbox, Packaging.Inline, cancellation));
    }

    /// <summary>Sends octets of <see cref="PrepareSubmitAsync"/>.</summary>
    public async Task<MinistryReply<SubmitAnswer>> PostSubmitAsync(byte[] submission, CancellationToken cancellation = default) =>
        await SendAsync(Wire.Parse(submission), "SubmitDossier", AnswerReader.Submit, Packaging.Inline, cancellation);

    /// <summary>Sends the very octets of one signed submission twice, as a store-and-forward system does that keeps what it sent.</summary>
    public async Task<(MinistryReply<SubmitAnswer> First, MinistryReply<SubmitAnswer> Second)> SubmitTwiceAsync(MinistryDossier dossier, CancellationToken cancellation = default)
    {
        var envelope = await SignedSubmitAsync(dossier, cancellation);
        return (await SendAsync(envelope, "SubmitDossier", AnswerReader.Submit, Packaging.Inline, cancellation), await SendAsync(envelope, "SubmitDossier", AnswerReader.Submit, Packaging.Inline, cancellation));
    }

    public void Dispose() => _wire.Dispose();

    private XmlDocument Submit(MinistryDossier dossier) => RequestEnvelope.Build(options, "SubmitDossier", dossier.WriteTo);

    private Task<XmlDocument> SignedSubmitAsync(MinistryDossier dossier, CancellationToken cancellation) => SignedAsync(Submit(dossier), cancellation);

    private Task<XmlDocument> SignedAsync(XmlDocument envelope, CancellationToken cancellation) => MinistrySignature.SignAsync(envelope, options.Signer, options.Clock, cancellation);

    private async Task<MinistryReply<T>> CallAsync<T>(string operation, string organ, (string Name, string Value) parameter, Func<XmlElement, T> read, CancellationToken cancellation)
        where T : class => await SendAsync(await SignedAsync(Call(operation, organ, parameter), cancellation), operation, read, Packaging.Inline, cancellation);

    private XmlDocument Call(string operation, string organ, (string Name, string Value) parameter) => RequestEnvelope.Build(options, operation, writer =>
    {
        writer.WriteElementString("v", "OrganId", Names.Interlink, organ);
        writer.WriteElementString("v", parameter.Name, Names.Interlink, parameter.Value);
    });

    private async Task<MinistryReply<T>> SendAsync<T>(XmlDocument envelope, string operation, Func<XmlElement, T> read, Packaging packaging, CancellationToken cancellation)
        where T : class
    {
        var (status, wait, answer) = await _wire.SendAsync(envelope, RequestEnvelope.ActionOf(operation), packaging, cancellation);
        return AnswerReader.Read(status, answer, read) with { RetryAfter = wait };
    }
}
