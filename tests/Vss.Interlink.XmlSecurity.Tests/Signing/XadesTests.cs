using System.Security.Cryptography;
using System.Text;
using System.Xml;
using Vss.Interlink.XmlSecurity.Signing;
using Vss.Interlink.XmlSecurity.Tests.Canonical;
using Vss.Interlink.XmlSecurity.Tests.Signing.Peers;

namespace Vss.Interlink.XmlSecurity.Tests.Signing;

public sealed class XadesTests
{
    private const string Document = "<?before?><a xmlns='urn:d' xml:lang='vi'><!-- c --><b Id='b'>chữ ký</b></a>";

    private readonly List<byte[]> _imprints = [];

    public static TheoryData<string> Documents => new(Document, "<a/>", "<a xmlns:ds='urn:other'/>");

    private XadesExtension ToT => XadesExtension.ToT(Stamp);

    private XadesExtension ToLT => XadesExtension.ToLT(Stamp, Values);

    private XadesExtension ToLTA => XadesExtension.ToLTA(Stamp, Values);

    [Fact]
    public async Task A_baseline_signature_says_what_it_must_and_what_it_may()
    {
        var options = Signed.Options() with
        {
            Id = "s",
            Xades = new XadesProperties
            {
                SigningTime = Signed.At,
                Commitments = [CommitmentType.ProofOfApproval, new CommitmentType("urn:oid:1.2.3")],
                Policy = new SignaturePolicy("urn:oid:1.2.704.1", DigestAlgorithm.Sha512, new byte[64], "https://policy.example/p?a=1&b=2"),
                ClaimedRoles = ["Giám đốc", "<role>"],
            },
        };
        var signed = await Signed.Enveloped(Document, options, null, new SignatureReference.WholeDocument(), new SignatureReference.Element("b") { MimeType = "application/xml" });
        var signature = XadesShape.SignatureOf(PlatformSignedXml.Load(signed));
        XadesShape.AssertKept(signature);
        XmlSec1.AssertVerifies(signed, "--id-attr:Id", "urn:d:b");
        Assert.Equal("2026-03-02T02:30:15Z", XadesShape.Text(signature, "SigningTime"));
        Assert.Equal(["text/xml", "application/xml"], signature.SelectNodes(".//*[local-name()='MimeType']")!.Cast<XmlElement>().Select(type => type.InnerText));
        Assert.Equal(["Giám đốc", "<role>"], signature.SelectNodes(".//*[local-name()='ClaimedRole']")!.Cast<XmlElement>().Select(role => role.InnerText));
        Assert.Equal("https://policy.example/p?a=1&b=2", XadesShape.Text(signature, "SPURI"));
        Assert.Equal(["OIDAsURN", "", "OIDAsURN"], signature.SelectNodes(".//*[local-name()='Identifier']")!.Cast<XmlElement>().Select(identifier => identifier.GetAttribute("Qualifier")));
        Assert.Equal(
            Convert.ToBase64String(SHA256.HashData(TestKeys.Rsa.X509.RawData)), signature.SelectSingleNode(".//*[local-name()='CertDigest']/*[local-name()='DigestValue']")!.InnerText);
        Assert.Equal("http://uri.etsi.org/01903#SignedProperties", signature.SelectSingleNode(".//*[local-name()='Reference'][@URI='#s-properties']/@Type")!.Value);
    }

    [Fact]
    public async Task IssuerSerialV2_names_the_issuer_and_the_serial_number_as_RFC_5035_has_it()
    {
        var signature = XadesShape.SignatureOf(PlatformSignedXml.Load(await Signed.Enveloped(Document)));
        var reader = new System.Formats.Asn1.AsnReader(Convert.FromBase64String(XadesShape.Text(signature, "IssuerSerialV2")!), System.Formats.Asn1.AsnEncodingRules.DER).ReadSequence();
        var name = reader.ReadSequence().ReadSequence(new System.Formats.Asn1.Asn1Tag(System.Formats.Asn1.TagClass.ContextSpecific, 4));
        Assert.Equal(TestKeys.Rsa.X509.IssuerName.RawData, name.ReadEncodedValue().ToArray());
        Assert.Equal(TestKeys.Rsa.X509.SerialNumberBytes.ToArray(), reader.ReadIntegerBytes().ToArray());
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public async Task Each_level_holds_the_one_before_and_verifies(string xml)
    {
        foreach (var (extension, properties) in new[]
        {
            (ToT, "SignatureTimeStamp"),
            (ToLT, "SignatureTimeStamp CertificateValues RevocationValues"),
            (ToLTA, "SignatureTimeStamp CertificateValues RevocationValues ArchiveTimeStamp"),
        })
        {
            var signed = await Signed.Enveloped(xml, Extended(extension));
            AssertLevel(signed, properties);
        }
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public async Task Time_stamps_are_over_what_the_standard_says(string xml)
    {
        var signed = await Signed.Enveloped(xml, Extended(ToLTA));
        AssertImprints(signed);
    }

    [Fact]
    public async Task An_archive_time_stamp_takes_the_references_in_their_order_wherever_they_stand()
    {
        var signed = await Signed.Enveloped(
            "<a><b Id='one'>1</b><c Id='two'><d/></c></a>", Extended(ToLTA), null, new SignatureReference.Element("two"), new SignatureReference.WholeDocument(), new SignatureReference.Element("one"));
        AssertImprints(signed);
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public async Task A_signature_is_augmented_step_by_step_and_nothing_else_changes(string xml)
    {
        var b = await Signed.Enveloped(xml);
        var t = await Augmented(b, ToT);
        AssertOnlyInserted(b, t);
        AssertLevel(t, "SignatureTimeStamp");
        var lt = await Augmented(t, ToLT);
        AssertOnlyInserted(t, lt);
        AssertLevel(lt, "SignatureTimeStamp CertificateValues RevocationValues");
        _imprints.RemoveAt(0);
        var lta = await Augmented(b, ToLTA);
        AssertLevel(lta, "SignatureTimeStamp CertificateValues RevocationValues ArchiveTimeStamp");
        AssertImprints(lta);
    }

    [Fact]
    public async Task A_further_archive_time_stamp_covers_the_first_and_what_validates_it()
    {
        var first = await Signed.Enveloped(Document, Extended(ToLTA));
        _imprints.Clear();
        var second = await Augmented(first, ToLTA);
        AssertOnlyInserted(first, second);
        AssertLevel(second, "SignatureTimeStamp CertificateValues RevocationValues ArchiveTimeStamp TimeStampValidationData ArchiveTimeStamp");
        _imprints.Insert(0, []);   // of the signature time stamp, which was there
        AssertImprints(second);
    }

    [Theory]
    [InlineData(PeerSignature.Enveloping)]
    [InlineData(PeerSignature.Enveloped)]
    internal async Task What_is_no_XAdES_is_not_augmented(PeerSignature what)
    {
        var signed = XmlPeer.Santuario.Sign(Encoding.UTF8.GetBytes(Document), what, SignatureAlgorithm.RsaSha256, CanonicalizationMethod.Exclusive);
        Assert.Equal(SigningRefusalKind.NoSignature, (await Augment(signed, ToT, out _))?.Kind);
    }

    [Fact]
    public async Task Signatures_that_stand_alone_are_augmented_with_what_they_carry_and_name()
    {
        byte[] octets = [1, 2, 3, 4, 5];
        var signed = await Signed.Alone(
            Signed.Options(), new SignatureReference.XmlObject(OctetSource.Of(Encoding.UTF8.GetBytes(Document))), new SignatureReference.OctetObject(OctetSource.Of(octets)),
            new SignatureReference.External("one.bin", new MemoryStream(octets)));
        _imprints.Clear();
        var augmented = await Augmented(signed, ToLTA);
        var viaAugmenting = _imprints[^1];
        XmlPeer.Santuario.AssertVerifies(augmented, TestKeys.Rsa, [("one.bin", octets)]);
        Assert.Equal(SigningRefusalKind.NoSignature, (await Augment(signed, ToLTA, out _, external: null))?.Kind);
        Assert.Equal(viaAugmenting, Imprint(augmented, "//*[local-name()='ArchiveTimeStamp']", [("carried", octets), ("one.bin", octets)]));
    }

    [Fact]
    public async Task Which_signature_is_meant_must_be_said_where_there_are_two()
    {
        var two = await Signed.Enveloped(await Signed.Enveloped("<a><b Id='b'/></a>", Signed.Options() with { Id = "first" }, null, new SignatureReference.Element("b")), Signed.Options() with { Id = "second" });
        Assert.Equal(SigningRefusalKind.NoSignature, (await Augment(two, ToT, out _))?.Kind);
        Assert.Equal(SigningRefusalKind.NoSignature, (await Augment(two, ToT, out _, "third"))?.Kind);
        var augmented = await Augmented(two, ToT, "second");
        XmlSec1.AssertVerifies(augmented, "--id-attr:Id", "b", "--node-xpath", "/a/*[local-name()='Signature'][2]");
        XmlSec1.AssertVerifies(augmented, "--id-attr:Id", "b", "--node-xpath", "/a/*[local-name()='Signature'][1]");
    }

    [Theory]
    [InlineData("<xades:UnsignedProperties/>")]
    [InlineData("<xades:UnsignedProperties></xades:UnsignedProperties>")]
    [InlineData("<xades:UnsignedProperties><xades:UnsignedSignatureProperties/></xades:UnsignedProperties>")]
    [InlineData("<xades:UnsignedProperties><xades:UnsignedSignatureProperties></xades:UnsignedSignatureProperties></xades:UnsignedProperties>")]
    [InlineData("<xades:UnsignedProperties> <xades:UnsignedDataObjectProperties/></xades:UnsignedProperties>")]
    public async Task Empty_properties_that_are_there_already_are_filled(string unsigned)
    {
        var signed = Encoding.UTF8.GetString(await Signed.Enveloped(Document));
        var augmented = await Augmented(Encoding.UTF8.GetBytes(signed.Replace("</xades:QualifyingProperties>", unsigned + "</xades:QualifyingProperties>", StringComparison.Ordinal)), ToT);
        AssertLevel(augmented, "SignatureTimeStamp");
    }

    private static SignatureOptions Extended(XadesExtension extension) => Signed.Options() with { Xades = new XadesProperties { SigningTime = Signed.At, Extension = extension } };

    private static ValueTask<ValidationData> Values(IReadOnlyList<ReadOnlyMemory<byte>> tokens, CancellationToken cancellation) =>
        ValueTask.FromResult(new ValidationData([TestKeys.Root], ["crl"u8.ToArray()], ["ocsp"u8.ToArray(), .. tokens]));

    private static void AssertOnlyInserted(byte[] before, byte[] after)
    {
        var start = before.AsSpan().CommonPrefixLength(after);
        Assert.Equal(before[start..], after[^(before.Length - start)..]);
    }

    private static void AssertLevel(byte[] signed, string properties)
    {
        var signature = XadesShape.SignatureOf(PlatformSignedXml.Load(signed));
        XadesShape.AssertKept(signature);
        XmlSec1.AssertVerifies(signed);
        var own = signature.SelectSingleNode(".//*[local-name()='UnsignedSignatureProperties']")!;
        Assert.Equal(properties, string.Join(' ', own.ChildNodes.OfType<XmlElement>().Select(property => property.LocalName)));
    }

    // The first imprint is over the signature value, the last over everything before the archive time stamp.
    private void AssertImprints(byte[] signed)
    {
        var value = Libxml2.Write(signed, CanonicalizationMethod.Exclusive, Ordinal(PlatformSignedXml.Load(signed), "//*[local-name()='SignatureValue']"))!;
        if (_imprints[0].Length > 0) Assert.Equal(SHA256.HashData(value), _imprints[0]);
        Assert.Equal(Imprint(signed, "(//*[local-name()='ArchiveTimeStamp'])[last()]", []), _imprints[^1]);
    }

    // ETSI EN 319 132-1 section 5.5.2.2, step by step over a tree, with libxml2's canonical forms.
    private static byte[] Imprint(byte[] signed, string archive, IReadOnlyList<(string Uri, byte[] Octets)> others)
    {
        var document = PlatformSignedXml.Load(signed);
        var all = new List<byte[]>();
        foreach (var reference in document.SelectNodes("//*[local-name()='SignedInfo']/*[local-name()='Reference']")!.Cast<XmlElement>())
        {
            var uri = reference.GetAttribute("URI");
            var transforms = reference.SelectNodes(".//@Algorithm")!.Cast<XmlAttribute>().Select(algorithm => algorithm.Value).ToList();
            if (transforms.Contains("http://www.w3.org/2000/09/xmldsig#base64")) all.Add(others.Single(other => other.Uri == "carried").Octets);
            else if (uri.Length > 0 && uri[0] != '#') all.Add(others.Single(other => other.Uri == uri).Octets);
            else all.Add(Canonical(uri.Length == 0 ? "" : $"//*[@Id='{uri[1..]}']", transforms.Contains("http://www.w3.org/2000/09/xmldsig#enveloped-signature")));
        }

        foreach (var part in new[] { "SignedInfo", "SignatureValue", "KeyInfo" }) all.Add(Canonical($"//*[local-name()='Signature']/*[local-name()='{part}']", false));
        var before = document.SelectNodes($"{archive}/preceding-sibling::*")!.Count;
        for (var number = 1; number <= before; number++) all.Add(Canonical($"//*[local-name()='UnsignedSignatureProperties']/*[{number}]", false));
        var objects = document.SelectNodes("//*[local-name()='Object'][not(*[local-name()='QualifyingProperties'])]")!.Count;
        for (var number = 1; number <= objects; number++) all.Add(Canonical($"//*[local-name()='Signature']/*[local-name()='Object'][{number}]", false));
        return SHA256.HashData(all.SelectMany(octets => octets).ToArray());

        byte[] Canonical(string path, bool isEnveloped) => Libxml2.Write(
            signed, CanonicalizationMethod.Exclusive, path.Length == 0 ? 0 : Ordinal(document, path), null, isEnveloped ? Ordinal(document, "//*[local-name()='Signature']") : 0)!;
    }

    private static int Ordinal(XmlDocument document, string path) => document.SelectSingleNode(path)!.SelectNodes("ancestor::* | preceding::*")!.Count + 1;

    private static ValueTask<SigningRefusal?> Augment(byte[] signed, XadesExtension extension, out MemoryStream output, string? id = null, ExternalOctets? external = null) =>
        XadesAugmenter.AugmentAsync(OctetSource.Of(signed), id, extension, external, XmlIdRules.Every, new XmlLimits(), output = new MemoryStream(), default);

    private static async Task<byte[]> Augmented(byte[] signed, XadesExtension extension, string? id = null)
    {
        Assert.Null(await Augment(signed, extension, out var output, id, _ => new MemoryStream([1, 2, 3, 4, 5])));
        return output.ToArray();
    }

    // A token is not looked into: any octets will do.
    private ValueTask<byte[]> Stamp(ReadOnlyMemory<byte> imprint, HashAlgorithmName hash, CancellationToken cancellation)
    {
        Assert.Equal(HashAlgorithmName.SHA256, hash);
        _imprints.Add(imprint.ToArray());
        return ValueTask.FromResult(RandomNumberGenerator.GetBytes(100));
    }
}
