using Google.Protobuf;
using Vss.Interlink.Exchange.Translation;
using Vss.Interlink.V1;

namespace Vss.Interlink.Exchange.Tests.Translation;

public sealed class DossierDigestTests
{
    /// <summary>Receipts in the field carry digests of this form; a change of the form needs a new algorithm id.</summary>
    [Fact]
    public void The_form_never_changes()
    {
        var dossier = Dossiers.Small();
        dossier.Attachments.Add(new Attachment { Id = "a", Name = "scan.pdf", Size = 3, Sha256 = ByteString.CopyFrom(new byte[32]) });
        const string form =
            "<Dossier xmlns=\"urn:vss:interlink:v1\"><MessageId>m-1</MessageId><Kind>NEW</Kind><Sender><Id>000.00.00.G18</Id><Name>Bộ Y tế</Name></Sender><Receiver><Id>G24</Id></Receiver>"
            + "<DocumentId>000.00.00.G18,2026/11/21,123/BYT-BH</DocumentId><Code><Number>123</Number><Notation>BYT-BH</Notation></Code><PromulgationDate>2026-11-21</PromulgationDate>"
            + "<Subject>Về việc đối chiếu dữ liệu</Subject><Attachment><Id>a</Id><Name>scan.pdf</Name><Size>3</Size><Sha256>AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=</Sha256></Attachment></Dossier>";

        Assert.Equal("urn:vss:interlink:digest:1", DossierDigest.Algorithm);
        Assert.Equal(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(form)), DossierDigest.Of(dossier).ToArray());
    }

    [Fact]
    public void Trace_entries_do_not_count()
    {
        var dossier = Dossiers.Small();
        var before = DossierDigest.Of(dossier);
        dossier.Trace.Add(new TraceEntry { OrganId = "G22" });
        Assert.Equal(before, DossierDigest.Of(dossier));
    }

    [Fact]
    public void Everything_that_a_receiver_gets_counts()
    {
        for (var seed = 1; seed <= 20; seed++)
        {
            var dossier = Dossiers.Random(seed, out _);
            var before = DossierDigest.Of(dossier);
            foreach (var change in (Action<Dossier>[])
                [
                    one => one.Subject += "x",
                    one => one.Receivers[0].Fax = "1",
                    one => one.Fields.Add(new Field()),
                    one => one.Extensions.Add(new Extension { Value = "1" }),
                    one => one.Attachments.Add(new Attachment { Id = "z" }),
                    one => one.Status = new DocumentStatus { Code = "99" },
                ])
            {
                var changed = dossier.Clone();
                change(changed);
                Assert.NotEqual(before, DossierDigest.Of(changed));
            }
        }
    }
}
