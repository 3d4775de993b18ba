using System.Security.Cryptography.X509Certificates;
using System.Xml;
using Vss.Interlink.Exchange.Evidence;
using Vss.Interlink.Exchange.Intake;
using Vss.Interlink.Exchange.Translation;
using Vss.Interlink.Trust.WsSecurity;

namespace Vss.Interlink.Gateway.Soap.Operations;

/// <summary>SubmitDossier: the verified Body becomes a submission, the submission an exchange. When this answers, the hub owns the message.</summary>
internal sealed class SubmitOperation(DossierXml dossiers, DossierIntake intake, CallerRules callers, SoapVerifier verifier, KnownEnvelopes known)
{
    public async Task<SoapAnswer> SubmitAsync(SoapCall call, CancellationToken cancellation)
    {
        var submission = await dossiers.ReadAsync(call.Document, cancellation);
        callers.CheckConnection(submission.Sender, call.ClientCertificate);
        var acceptance = await intake.AcceptAsync(submission, cancellation);
        if (call.Envelope is { } envelope && call.Message is { } message)
            known.Keep(envelope, new KnownEnvelope(message, new KnownSubmission(submission.Sender, submission.MessageId, submission.Digest, call.Document.Assurance, call.Document.SignedBy)));
        return Answer(acceptance);
    }

    /// <summary>The first receipt for octets that were accepted before, whose signer and time are still good.</summary>
    public async Task<SoapAnswer?> RepeatAsync(EnvelopeDigest envelope, X509Certificate2? clientCertificate, CancellationToken cancellation)
    {
        if (known.Find(envelope) is not { } before || !verifier.IsStillGood(before.Message)) return null;
        callers.CheckConnection(before.Submission.Sender, clientCertificate);
        return await intake.RepeatAsync(before.Submission, cancellation) is { } acceptance ? Answer(acceptance) : null;
    }

    private static SoapAnswer Answer(Acceptance acceptance)
    {
        return body =>
        {
            const string ns = SoapNames.Interlink;
            body.WriteStartElement("i", "SubmitDossierResponse", ns);
            body.WriteElementString("i", "ExchangeId", ns, acceptance.ExchangeId.ToString());
            body.WriteElementString("i", "AcceptedAt", ns, VietnamTime.Format(acceptance.AcceptedAt));
            body.WriteElementString("i", "Repeated", ns, XmlConvert.ToString(acceptance.Repeated));
            body.WriteElementString("i", "ContentSha256", ns, Convert.ToBase64String(acceptance.Digest.Octets));
            body.WriteElementString("i", "Receipt", ns, Convert.ToBase64String(acceptance.Receipt));
            body.WriteEndElement();
            return Task.CompletedTask;
        };
    }
}
