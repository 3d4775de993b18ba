using System.Globalization;
using System.Security.Cryptography;
using System.Xml;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.Options;
using Vss.Interlink.Exchange.Audit;
using Vss.Interlink.Exchange.Faults;
using Vss.Interlink.Trust.Online;
using Vss.Interlink.Trust.Verification;
using Vss.Interlink.Trust.WsSecurity;
using Vss.Interlink.V1;

namespace Vss.Interlink.Gateway.Soap;

/// <summary>The SOAP edge: one request to one answer.</summary>
internal sealed partial class SoapEndpoint(SoapReader reader, SoapOperations operations, SoapVerifier verifier, RevocationSource revocation, SoapSigner signer, AuditTrail audit, IOptions<SoapOptions> options, ILogger<SoapEndpoint> log)
{
    private static readonly IReadOnlyList<XmlQualifiedName> NoNames = [];
    private static readonly Func<ILogger, string, IDisposable?> RequestScope = LoggerMessage.DefineScope<string>("Reference {Reference}");

    /// <summary>Answers a POST. The reference number is the request's name in the log and in its fault.</summary>
    public async Task AnswerAsync(HttpContext http)
    {
        var reference = NewReference();
        using var scope = RequestScope(log, reference);
        var cancellation = http.RequestAborted;
        LiftKestrelLimits(http);
        try
        {
            var read = await reader.ReadAsync(http.Request, cancellation);                                            // 1 octets become a request, or nothing
            if (read is SoapRead.Accepted accepted) await AnswerAsync(http, accepted.Request, reference, cancellation);
            else if (read is SoapRead.Refused refused) await RefuseAsync(http, refused, reference, cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            Abandoned(log, reference);
        }
    }

    /// <summary>Answers any other method.</summary>
    public async Task RefuseMethodAsync(HttpContext http)
    {
        http.Response.Headers.Allow = "POST";
        var fault = new ExchangeFault(Fault.UnknownOperation, "this address takes POST, and GET for ?wsdl", "http.method");
        await RefuseAsync(http, new SoapRead.Refused(SoapVersion.V11, null, fault, NoNames), NewReference(), http.RequestAborted, StatusCodes.Status405MethodNotAllowed);
    }

    private async Task AnswerAsync(HttpContext http, SoapRequest request, string reference, CancellationToken cancellation)
    {
        Signatory? signedBy = null;
        try
        {
            var operation = operations.Find(request.Operation) ?? throw Unknown();                                    // 2 is there such an operation
            var repeat = operations.FindRepeat(request.Operation);
            var envelope = repeat is null ? null : EnvelopeDigest.Of(request.Envelope);
            var answer = envelope is { } known ? await repeat!(known, http.Connection.ClientCertificate, cancellation) : null;
            if (answer is null)
            {
                var passed = await VerifiedAsync(request, cancellation);                                              // 3 who signed it, and does that cover the Body
                signedBy = passed.Document.SignedBy;
                var call = SoapCall.Of(passed, request, envelope, http.Connection.ClientCertificate, reference);    // 4 read again what was digested
                answer = await operation(call, cancellation);                                                         // 5 do it
                Answered(log, request.Operation, signedBy?.Sha256, reference);   // a subject may hold a personal number
            }
            else
                AnsweredAgain(log, request.Operation, reference);

            var octets = await signer.SignAsync(await SoapWriter.AnswerAsync(request, answer), cancellation);         // 6 sign
            await SendAsync(http, request.Version, StatusCodes.Status200OK, octets, request.Addressing?.DiscardsReply == true);   // 7 answer
        }
        catch (Exception error) when (error is not OperationCanceledException || !cancellation.IsCancellationRequested)
        {
            var fault = FaultCatalogue.Of(error);
            if (fault is null) Failed(log, error, request.Operation, reference);
            else if (fault != error) WithoutLedger(log, request.Operation, error.Message, reference);
            else await audit.RefusedAsync(fault, "soap", null, signedBy, CancellationToken.None);   // a forged document is something that an auditor asks for; what could not even be read stands in the log only
            await RefuseAsync(http, new SoapRead.Refused(request.Version, request.Addressing, fault ?? Internal(), NoNames), reference, cancellation);
        }
    }

    // Waits only where the status of the signer's certificate is not at hand.
    private async Task<VerificationResult.Passed> VerifiedAsync(SoapRequest request, CancellationToken cancellation)
    {
        var start = request.Envelope.Position;
        return await revocation.VerifyAsync(Verify, cancellation) switch
        {
            VerificationResult.Passed passed => passed,
            VerificationResult.Refused refused => throw FaultCatalogue.FromVerdict(refused.Verdict),
            var other => throw new InvalidOperationException($"{other.GetType()} is no verification."),
        };

        VerificationResult Verify()
        {
            request.Envelope.Position = start;
            return verifier.Verify(request.Envelope, options.Value.VerifiedLimits);
        }
    }

    private async Task RefuseAsync(HttpContext http, SoapRead.Refused refused, string reference, CancellationToken cancellation, int? status = null)
    {
        if (http.Response.HasStarted)
        {
            http.Abort();   // half an answer was sent; a second one behind it would be worse than none
            return;
        }

        var fault = FaultCatalogue.Describe(refused.Fault, reference);
        Refused(log, fault.Name, fault.Rule, fault.Detail, fault.Reference);
        var envelope = await SoapWriter.FaultAsync(refused.AnswerIn, refused.Addressing, fault, refused.NotUnderstood);
        if ((refused.Fault.RetryAfter ?? FaultCatalogue.RetryAfter(fault)) is { } wait) http.Response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        if (fault.Rule is BoundedBody.SizeRule or BodyPace.Rule && HttpProtocol.IsHttp11(http.Request.Protocol)) http.Response.Headers.Connection = "close";   // the rest of the body is not wanted
        await SendAsync(http, refused.AnswerIn, status ?? SoapWriter.StatusOf(refused.AnswerIn, fault), await SignedAsync(envelope, reference, cancellation), refused.Addressing?.DiscardsFault == true);
    }

    // A hub whose key is away must still be able to say so.
    private async Task<byte[]> SignedAsync(ReadOnlyMemory<byte> envelope, string reference, CancellationToken cancellation)
    {
        try
        {
            return await signer.SignAsync(envelope, cancellation);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            Unsigned(log, error is CryptographicException ? error.Message : error.ToString(), reference);   // a key that is away must not fill the log with traces
            return envelope.ToArray();
        }
    }

    private static async Task SendAsync(HttpContext http, SoapVersion version, int status, byte[] envelope, bool discarded)
    {
        if (discarded)
        {
            http.Response.StatusCode = StatusCodes.Status202Accepted;
            return;
        }

        http.Response.StatusCode = status;
        http.Response.ContentType = $"{version.MediaType}; charset=utf-8";
        http.Response.ContentLength = envelope.Length;
        await http.Response.Body.WriteAsync(envelope, http.RequestAborted);
    }

    // The reader counts and times for itself, and answers with a fault where Kestrel would only cut the connection.
    private static void LiftKestrelLimits(HttpContext http)
    {
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit) limit.MaxRequestBodySize = null;
        if (http.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate) rate.MinDataRate = null;
    }

    private static string NewReference() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));

    private static ExchangeFault Unknown() => new(Fault.UnknownOperation, "the WSDL has no operation of this name", "soap.operation");

    private static ExchangeFault Internal() => new(Fault.Internal, "the hub could not do what was asked");

    [LoggerMessage(5101, LogLevel.Information, "Answered {Operation} of the holder of certificate {Signer}, reference {Reference}")]
    private static partial void Answered(ILogger log, string operation, string? signer, string reference);

    [LoggerMessage(5107, LogLevel.Information, "Answered {Operation} whose very octets were answered before, reference {Reference}")]
    private static partial void AnsweredAgain(ILogger log, string operation, string reference);

    [LoggerMessage(5102, LogLevel.Warning, "Refused: {Fault} by {Rule}: {Detail}; reference {Reference}")]
    private static partial void Refused(ILogger log, string fault, string rule, string detail, string reference);

    [LoggerMessage(5103, LogLevel.Error, "{Operation} failed; reference {Reference}")]
    private static partial void Failed(ILogger log, Exception error, string operation, string reference);

    [LoggerMessage(5108, LogLevel.Warning, "{Operation} could not be done, because the ledger failed: {Reason}; reference {Reference}")]
    private static partial void WithoutLedger(ILogger log, string operation, string reason, string reference);

    [LoggerMessage(5104, LogLevel.Error, "A fault leaves unsigned, because the hub's key could not sign it: {Reason}; reference {Reference}")]
    private static partial void Unsigned(ILogger log, string reason, string reference);

    [LoggerMessage(5105, LogLevel.Information, "The caller left before the answer; reference {Reference}")]
    private static partial void Abandoned(ILogger log, string reference);
}
