using System.Text;
using System.Xml;
using Vss.Interlink.Exchange.Bodies;
using Vss.Interlink.Exchange.Faults;
using Vss.Interlink.Exchange.Intake;
using Vss.Interlink.Exchange.Ledger;
using Vss.Interlink.Exchange.Tests.Bodies;
using Vss.Interlink.Exchange.Translation;
using Vss.Interlink.TestKit;
using Vss.Interlink.V1;

namespace Vss.Interlink.Exchange.Tests.Translation;

public sealed class DossierXmlTests : IAsyncDisposable
{
    private readonly TempFolder _folder = new();
    private readonly BodyStore _bodies;
    private readonly ExchangeLedger _ledger;
    private readonly DossierXml _xml;

    public DossierXmlTests()
    {
        _bodies = new BodyStore(_folder.Path, 1 << 20, TestBodyKeys.One, TimeProvider.System);
        _ledger = ExchangeLedger.OpenSqlite(_folder["ledger.db"], TimeProvider.System);
        _xml = new DossierXml(new SubmissionBodies(_bodies, new IntakeRoom(_folder.Path, minFreeBytes: 0, long.MaxValue, _ledger, TimeProvider.System), _ledger));
    }

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 40)];

    public async ValueTask DisposeAsync()
    {
        await _ledger.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task A_dossier_written_and_read_is_the_same_dossier(int seed)
    {
        var dossier = Dossiers.Random(seed, out var contents);

        var submission = await ReadAsync(await WriteAsync(dossier, contents));

        Assert.Equal(dossier, submission.Dossier);
        Assert.Equal(DossierDigest.Of(dossier), submission.Digest);
        foreach (var (id, content) in contents)
        {
            await using var stored = _bodies.OpenRead(submission.Attachments[id].Digest);
            using var copy = new MemoryStream();
            await stored.CopyToAsync(copy);
            Assert.Equal(content, copy.ToArray());
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task The_length_of_a_dossier_is_known_before_it_is_written(int seed)
    {
        var dossier = Dossiers.Random(seed, out var contents);
        using var octets = new MemoryStream();
        await using (var xml = XmlWriter.Create(octets, new XmlWriterSettings { Async = true, Encoding = new UTF8Encoding(false), OmitXmlDeclaration = true, NewLineHandling = NewLineHandling.Entitize }))
        {
            xml.WriteStartElement("i", "D", DossierXml.Namespace);
            await DossierXml.WriteAsync(xml, dossier, attachment => new MemoryStream(contents[attachment.Id]), CancellationToken.None);
        }

        var (fields, contained) = DossierXml.LengthOf(dossier);
        Assert.InRange(fields + contained, octets.Length, octets.Length + (20 * dossier.Attachments.Count));   // an empty content is written shorter
    }

    [Fact]
    public async Task An_unknown_element_is_refused_by_name()
    {
        var refused = await RefusedAsync(Minimal.Replace("<Subject>", "<Surprise/><Subject>", StringComparison.Ordinal));

        Assert.Equal((Fault.SchemaViolation, "schema.Surprise"), (refused.Fault, refused.Rule));
        Assert.Contains("Surprise", refused.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<MessageId>m-1</MessageId>", "MessageId")]
    [InlineData("<Kind>NEW</Kind>", "Kind")]
    [InlineData("<Sender><Id>G18</Id></Sender>", "Sender")]
    [InlineData("<Receiver><Id>G24</Id></Receiver>", "Receiver")]
    [InlineData("<Name>scan.pdf</Name>", "Dossier/Attachment/Name")]
    [InlineData("<Content>AQID</Content>", "Dossier/Attachment/Content")]
    public async Task A_missing_element_is_named(string without, string named)
    {
        var refused = await RefusedAsync(Minimal.Replace(without, "", StringComparison.Ordinal));

        Assert.Equal(Fault.SchemaViolation, refused.Fault);
        Assert.Contains($"{named} is missing", refused.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<Kind>NEW</Kind>", "<Kind>OLD</Kind>", Fault.SchemaViolation)]
    [InlineData("<Kind>NEW</Kind>", "<Kind>STATUS</Kind>", Fault.SchemaViolation)]
    [InlineData("<MessageId>m-1", "<MessageId>m 1", Fault.SchemaViolation)]
    [InlineData("<MessageId>m-1", "<MessageId x=\"1\">m-1", Fault.SchemaViolation)]
    [InlineData("<Kind>NEW</Kind>", "<Kind>NEW</Knid>", Fault.Malformed)]
    [InlineData("<Kind>NEW</Kind>", "<Kind>&e;</Kind>", Fault.Malformed)]
    [InlineData("<MessageId>m-1</MessageId>", "<MessageId><b>m-1</b></MessageId>", Fault.SchemaViolation)]
    [InlineData("<Id>G18</Id>", "<Id>G_18</Id>", Fault.SchemaViolation)]
    [InlineData("<Content>AQID", "<Content>A*ID", Fault.SchemaViolation)]
    [InlineData("<Content>AQID", "<Size>4</Size><Content>AQID", Fault.AttachmentMismatch)]
    [InlineData("<Content>AQID", "<Sha256>AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=</Sha256><Content>AQID", Fault.AttachmentMismatch)]
    [InlineData("<Content>AQID", "<Sha256>AQID</Sha256><Content>AQID", Fault.SchemaViolation)]
    [InlineData("<Subject>s", "stray text<Subject>s", Fault.SchemaViolation)]
    public async Task What_the_schema_does_not_allow_is_refused(string there, string instead, Fault fault) =>
        Assert.Equal(fault, (await RefusedAsync(Minimal.Replace(there, instead, StringComparison.Ordinal))).Fault);

    [Theory]
    [InlineData("<!DOCTYPE Body [<!ENTITY e \"x\">]><Body/>", Fault.ForbiddenConstruct)]
    [InlineData("<Body><SubmitDossier xmlns=\"urn:vss:interlink:v1\"><Dossier><MessageId>m", Fault.Truncated)]
    [InlineData("not xml", Fault.Malformed)]
    [InlineData("<Body><Other xmlns=\"urn:vss:interlink:v1\"/></Body>", Fault.SchemaViolation)]
    public async Task Octets_that_hold_no_dossier_are_refused(string octets, Fault fault) => Assert.Equal(fault, (await Assert.ThrowsAsync<ExchangeFault>(() => ReadAsync(octets))).Fault);

    [Fact]
    public async Task An_attachment_id_that_stands_twice_is_refused()
    {
        const string attachment = "<Attachment><Id>a</Id><Name>scan.pdf</Name><Content>AQID</Content></Attachment>";
        Assert.Contains("twice", (await RefusedAsync(Minimal.Replace(attachment, attachment + attachment, StringComparison.Ordinal))).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_attachment_over_the_limit_is_refused_while_it_is_read()
    {
        var large = Convert.ToBase64String(new byte[(1 << 20) + 1]);
        Assert.Equal(Fault.LimitExceeded, (await RefusedAsync(Minimal.Replace("AQID", large, StringComparison.Ordinal))).Fault);
    }

    [Fact]
    public async Task Elements_of_other_namespaces_at_the_end_are_carried_on()
    {
        var submission = await ReadAsync(Envelope(Minimal.Replace("</Dossier>", "<p:local xmlns:p=\"urn:partner\" p:a=\"1\"><p:b>2</p:b></p:local></Dossier>", StringComparison.Ordinal)));

        var extension = Assert.Single(submission.Dossier.Extensions);
        Assert.Equal(("urn:partner", "Dossier/local"), (extension.Source, extension.Path));
        Assert.Contains("<p:b>2</p:b>", extension.Xml, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Prefixes_and_ids_of_one_attempt_do_not_change_the_digest()
    {
        var plain = await ReadAsync(Envelope(Minimal));
        var prefixed = "<i:Dossier xmlns:i=\"urn:vss:interlink:v1\">" + Minimal["<Dossier xmlns=\"urn:vss:interlink:v1\">".Length..]
            .Replace("</", "\u0001", StringComparison.Ordinal).Replace("<", "<i:", StringComparison.Ordinal).Replace("\u0001", "</i:", StringComparison.Ordinal);
        var other = await ReadAsync($"<s:Body xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\" xmlns:u=\"urn:wsu\" u:Id=\"body-2\"><i:SubmitDossier xmlns:i=\"urn:vss:interlink:v1\">{prefixed}</i:SubmitDossier></s:Body>");

        Assert.Equal(plain.Digest, other.Digest);
    }

    private const string Minimal =
        "<Dossier xmlns=\"urn:vss:interlink:v1\"><MessageId>m-1</MessageId><Kind>NEW</Kind><Sender><Id>G18</Id></Sender><Receiver><Id>G24</Id></Receiver><Subject>s</Subject>"
        + "<Attachment><Id>a</Id><Name>scan.pdf</Name><Content>AQID</Content></Attachment></Dossier>";

    private static string Envelope(string dossier) =>
        $"<s:Body xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\" xmlns:u=\"urn:wsu\" u:Id=\"body-1\"><SubmitDossier xmlns=\"urn:vss:interlink:v1\">{dossier}</SubmitDossier></s:Body>";

    private static async Task<string> WriteAsync(Dossier dossier, Dictionary<string, byte[]> contents)
    {
        var text = new StringBuilder();
        await using (var xml = XmlWriter.Create(text, new XmlWriterSettings { OmitXmlDeclaration = true, NewLineHandling = NewLineHandling.Entitize, Async = true }))
            await DossierXml.WriteAsync(xml, dossier, attachment => new MemoryStream(contents[attachment.Id]), CancellationToken.None);
        return Envelope(text.ToString());
    }

    private Task<Submission> ReadAsync(string body) => _xml.ReadAsync(VerifiedDocuments.Signed("CN=x", Encoding.UTF8.GetBytes(body)), CancellationToken.None);

    private Task<ExchangeFault> RefusedAsync(string dossier) => Assert.ThrowsAsync<ExchangeFault>(() => ReadAsync(Envelope(dossier)));
}
