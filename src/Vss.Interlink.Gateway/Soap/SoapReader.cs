using System.Xml;
using Microsoft.Extensions.Options;
using Vss.Interlink.Exchange.Faults;
using Vss.Interlink.V1;

namespace Vss.Interlink.Gateway.Soap;

/// <summary>An HTTP request to a <see cref="SoapRequest"/>: limits first, then MIME, XML, SOAP, and what the headers claim about the body.</summary>
internal sealed class SoapReader(IOptions<SoapOptions> options, HeldBytes held, TimeProvider clock)
{
    private readonly SoapOptions _options = options.Value;

    /// <summary>Reads one request. What a stranger sends never makes this throw, except by ending the connection.</summary>
    public async Task<SoapRead> ReadAsync(HttpRequest http, CancellationToken cancellation)
    {
        var answerIn = VersionHintedAt(http);
        Addressing? addressing = null;
        var share = held.Begin(http.ContentLength);
        http.HttpContext.Response.RegisterForDispose(share);
        try
        {
            var declared = DeclaredContent.Of(http);                                                           // 1 what the HTTP headers say
            answerIn = declared.Version ?? answerIn;
            await using var body = new BoundedBody(http, _options.MaxMessageBytes, share, clock);               // 2 octets, counted until the request ends
            var parts = await MessageParts.ReadAsync(body, declared, _options.MaxParts, cancellation);          // 3 parts
            answerIn = parts.Declared.Version ?? answerIn;
            var document = EnvelopeOutline.Read(parts.Root, parts.Declared.Charset, _options.XmlLimits);        // 4 well-formed XML within the limits
            answerIn = SoapEnvelope.AnswerVersion(document) ?? answerIn;
            var envelope = SoapEnvelope.Of(document);                                                           // 5 one Header, one Body, one request
            RefuseOtherVersion(parts.Declared, envelope.Version);
            addressing = HeaderBlocks.AddressingOf(envelope);                                                   // 6 how to answer
            HeaderBlocks.RefuseOtherReplyAddress(envelope);
            if (HeaderBlocks.NotUnderstood(envelope) is { Count: > 0 } names)                                   // 7 mustUnderstand
                return new SoapRead.Refused(answerIn, addressing, NotUnderstood(names), names);
            var operation = OperationOf(envelope);                                                              // 8 operation, and whether everybody names the same
            ClaimedAction.Check([.. parts.Declared.Actions, addressing?.Action ?? ""], operation);
            var whole = XopPackage.Expand(parts.Root, document.Includes, parts.Attachments);                    // 9 attachments in place
            return new SoapRead.Accepted(new SoapRequest(envelope.Version, whole, operation, addressing, share));
        }
        catch (ExchangeFault refused)
        {
            share.Dispose();   // a request ends when the last of its body was thrown away, which a sender can put off
            return new SoapRead.Refused(answerIn, addressing, refused, []);
        }
    }

    // A Content-Type that is refused may still tell which SOAP the caller speaks.
    private static SoapVersion VersionHintedAt(HttpRequest http) =>
        http.Headers.ContentType.ToString().Contains(SoapVersion.V12.MediaType, StringComparison.OrdinalIgnoreCase) ? SoapVersion.V12 : SoapVersion.V11;

    private static void RefuseOtherVersion(DeclaredContent declared, SoapVersion version)
    {
        if (declared.Version is { } said && said != version)
            throw new ExchangeFault(Fault.UnsupportedMediaType, $"the Content-Type stands for {said}, the envelope is {version}", "soap.version.media-type");
    }

    private static string OperationOf(SoapEnvelope envelope) => envelope.Request.Namespace == SoapNames.Interlink
        ? envelope.Request.Name
        : throw new ExchangeFault(Fault.UnknownOperation, "the element in the Body is not of the namespace of the WSDL", "soap.operation");

    private static ExchangeFault NotUnderstood(IReadOnlyList<XmlQualifiedName> names) =>
        new(Fault.MustUnderstand, $"a header block that must be understood is not: {string.Join(", ", names.Select(name => name.Name))}", "soap.must-understand");
}
