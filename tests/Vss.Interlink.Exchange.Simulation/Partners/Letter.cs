using Google.Protobuf;
using Vss.Interlink.Exchange.Bodies;
using Vss.Interlink.Exchange.Intake;
using Vss.Interlink.Exchange.Translation;
using Vss.Interlink.TestKit;
using Vss.Interlink.V1;

namespace Vss.Interlink.Exchange.Simulation.Partners;

/// <summary>What a partner wants to send, and has to be answered for once and for all.</summary>
/// <param name="Name">For people.</param>
/// <param name="Submission">The very content.</param>
/// <param name="Rivalled">Whether the sender also sends other content under the same id, so that one of them is a conflict.</param>
internal sealed record Letter(string Name, Submission Submission, bool Rivalled)
{
    public (OrganId Sender, MessageId MessageId) Key => (Submission.Sender, Submission.MessageId);

    /// <summary>Whether somebody among its receivers cannot be reached.</summary>
    public bool Undeliverable => Submission.DeliverTo.Any(receiver => receiver.ToString() == Town.Unreachable);

    /// <summary>Names a detached seal; empty where there is none.</summary>
    public string Seal => Convert.ToHexString(Submission.Document.Seal.Span);

    public IReadOnlyList<Content> Attachments { get; private init; } = [];

    /// <summary>The answer that reached the sender first.</summary>
    public byte[]? Receipt { get; set; }

    public bool WasRefused { get; set; }

    /// <param name="name">Goes into the subject, so no two contents are the same.</param>
    /// <param name="sender">One of the town.</param>
    /// <param name="id">The sender's.</param>
    /// <param name="receivers">At least one.</param>
    /// <param name="rivalled">See the class.</param>
    /// <param name="seal">For the axis: digest of the detached seal.</param>
    /// <param name="attachments">Each once.</param>
    public static Letter Write(string name, string sender, string id, IEnumerable<string> receivers, bool rivalled, byte[]? seal = null, IReadOnlyList<Content>? attachments = null)
    {
        var dossier = new Dossier
        {
            MessageId = id,
            Kind = DossierKind.New,
            Sender = new Organ { Id = sender },
            Receivers = { receivers.Select(receiver => new Organ { Id = receiver }) },
            DocumentId = $"{sender},2026/11/21,1/BH",
            Code = new DocumentCode { Number = "1", Notation = "BH" },
            PromulgationDate = "2026-11-21",
            Subject = name,
            Attachments = { (attachments ?? []).Select(content => content.Attachment()) },
        };
        var octets = dossier.ToByteArray();
        var document = sender switch
        {
            Town.Inside => VerifiedDocuments.FromInside(octets),
            Town.Axis when seal is null => VerifiedDocuments.ForInformation(octets),
            _ => VerifiedDocuments.Signed(Town.Signer, octets, seal: seal),
        };
        return new Letter(name, new Submission(document, dossier, (attachments ?? []).ToDictionary(content => content.Id, content => content.Body, StringComparer.Ordinal), sender switch { Town.Inside => "inside", Town.Axis => "edxml", _ => "soap" }, answeredByStatus: sender == Town.Axis), rivalled)
        {
            Attachments = attachments ?? [],
        };
    }
}

/// <summary>What a sender hears.</summary>
internal abstract record SenderAnswer
{
    public sealed record Receipt(Acceptance Acceptance) : SenderAnswer;

    public sealed record Refused(Fault Fault) : SenderAnswer;

    /// <summary>The hub could not say: an internal error.</summary>
    public sealed record Failed : SenderAnswer;
}
