using Google.Protobuf;
using Vss.Interlink.Exchange.Bodies;
using Vss.Interlink.Exchange.Faults;
using Vss.Interlink.Exchange.Translation;
using Vss.Interlink.TestKit;
using Vss.Interlink.V1;

namespace Vss.Interlink.Exchange.Tests.Translation;

public sealed class InsideDossierTests
{
    private static readonly StoredBody Body = new(ContentDigest.Stored(new byte[32]), 3);

    [Fact]
    public void Attachments_get_the_size_and_digest_of_what_came()
    {
        var submission = Read(WithAttachment(), new() { ["a"] = Body });

        Assert.Equal((3, ByteString.CopyFrom(new byte[32])), (submission.Dossier.Attachments[0].Size, submission.Dossier.Attachments[0].Sha256));
        Assert.False(submission.AnsweredByStatus);
    }

    [Fact]
    public void An_attachment_that_did_not_come_is_refused() => Assert.Equal(Fault.AttachmentMismatch, Refused(WithAttachment(), []).Fault);

    [Fact]
    public void Content_that_the_dossier_does_not_name_is_refused() => Assert.Equal(Fault.AttachmentMismatch, Refused(Dossiers.Small(), new() { ["a"] = Body }).Fault);

    [Fact]
    public void Another_size_or_digest_than_stated_is_refused()
    {
        var sized = WithAttachment();
        sized.Attachments[0].Size = 4;
        var digested = WithAttachment();
        digested.Attachments[0].Sha256 = ByteString.CopyFrom(new byte[31]);

        Assert.Equal("attachment.size", Refused(sized, new() { ["a"] = Body }).Rule);
        Assert.Equal("attachment.sha256", Refused(digested, new() { ["a"] = Body }).Rule);
    }

    [Fact]
    public void A_character_that_XML_cannot_carry_is_refused_at_the_door()
    {
        var dossier = Dossiers.Small();
        dossier.Fields.Add(new Field { Name = "n", Value = "nul \0" });

        var refused = Refused(dossier, []);

        Assert.Equal(Fault.SchemaViolation, refused.Fault);
        Assert.Contains("fields/value", refused.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void A_text_over_the_limit_is_refused()
    {
        var dossier = Dossiers.Small();
        dossier.Content = new string('x', 100_001);
        Assert.Equal(Fault.LimitExceeded, Refused(dossier, []).Fault);
    }

    [Fact]
    public void Octets_that_are_no_dossier_are_refused() =>
        Assert.Equal(Fault.Malformed, Assert.Throws<ExchangeFault>(() => InsideDossier.Read(VerifiedDocuments.FromInside(new byte[] { 0xFF, 0xFF, 0xFF }), new Dictionary<string, StoredBody>())).Fault);

    [Fact]
    public void Fields_of_a_newer_contract_are_refused_and_not_dropped()
    {
        byte[] newer = [.. Dossiers.Small().ToByteArray(), 0xFA, 0x3F, 0x01, 0x78];
        Assert.Equal(Fault.SchemaViolation, Assert.Throws<ExchangeFault>(() => InsideDossier.Read(VerifiedDocuments.FromInside(newer), new Dictionary<string, StoredBody>())).Fault);
    }

    private static Dossier WithAttachment()
    {
        var dossier = Dossiers.Small();
        dossier.Attachments.Add(new Attachment { Id = "a", Name = "scan.pdf" });
        return dossier;
    }

    private static Submission Read(Dossier dossier, Dictionary<string, StoredBody> attachments) => InsideDossier.Read(VerifiedDocuments.FromInside(dossier.ToByteArray()), attachments);

    private static ExchangeFault Refused(Dossier dossier, Dictionary<string, StoredBody> attachments) => Assert.Throws<ExchangeFault>(() => Read(dossier, attachments));
}
