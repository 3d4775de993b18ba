using System.Xml;
using Vss.Interlink.Exchange.Evidence;
using Vss.Interlink.Exchange.Intake;
using Vss.Interlink.Exchange.Translation;

namespace Vss.Interlink.Gateway.Soap.Operations;

/// <summary>SubmitDossier: the verified Body becomes a submission, the submission an exchange. When this answers, the hub owns the message.</summary>
internal sealed class SubmitOperation(DossierXml dossiers, DossierIntake intake, CallerRules callers)
{
    public async Task<SoapAnswer> SubmitAsync(SoapCall call, CancellationToken cancellation)
    {
        var submission = await dossiers.ReadAsync(call.Document, cancellation);
        callers.CheckConnection(submission.Sender, call.ClientCertificate);
        var acceptance = await intake.AcceptAsync(submission, cancellation);
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
