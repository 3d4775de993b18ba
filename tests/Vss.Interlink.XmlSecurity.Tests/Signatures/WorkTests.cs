using System.Formats.Asn1;
using System.Text;
using Vss.Interlink.XmlSecurity.Signatures;

namespace Vss.Interlink.XmlSecurity.Tests.Signatures;

/// <summary>What a stranger sends costs neither the process nor more time than its octets are worth. Times are processor times, generous by a factor of ten and more.</summary>
public sealed class WorkTests
{
    private const string Signature = $"<Signature xmlns=\"{Xmlsec.Dsig}\"><SignedInfo><CanonicalizationMethod Algorithm=\"{Xmlsec.Exclusive}\"/><SignatureMethod Algorithm=\"{Xmlsec.RsaSha256}\"/>@references@</SignedInfo><SignatureValue>AAAA</SignatureValue>@behind@</Signature>";
    private const string Reference = "<Reference URI=\"@uri@\"><DigestMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"/><DigestValue>AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=</DigestValue></Reference>";

    [Theory]
    [InlineData(32, true)]
    [InlineData(33, false)]
    [InlineData(9000, false)]
    public void Security_tokens_in_security_tokens_are_counted_and_not_recursed_into(int levels, bool isRead)
    {
        var text = $"<a xmlns:w=\"{DotNetSigner.Security}\">{Times("<w:BinarySecurityToken>", levels)}{Times("</w:BinarySecurityToken>", levels)}</a>";
        using var report = SignatureVerifier.Verify(Encoding.UTF8.GetBytes(text), OwnFiles);
        Assert.Equal(isRead ? null : XmlRefusalKind.LimitExceeded, report.Refusal?.Kind);
    }

    [Fact]
    public void A_signature_in_a_broken_security_token_is_found()
    {
        var token = $"<w:BinarySecurityToken xmlns:w=\"{DotNetSigner.Security}\"><!-- x -->";
        var document = DotNetSigner.Enveloped("<Dossier><Text>a text</Text></Dossier>");
        Assert.Equal(SignatureIntegrity.Broken, Verified.Only(Verified.Replaced(Verified.Replaced(document, "<Signature ", $"{token}{token}<Signature "), "</Signature>", "</Signature></w:BinarySecurityToken></w:BinarySecurityToken>")).Integrity);
    }

    [Theory]
    [InlineData("<UnsignedProperties/>", 40_000)]
    [InlineData("<b/>", 100_000)]
    public void Deep_levels_cost_each_signature_nothing_for_each_element(string element, int times)
    {
        var text = $"<a xmlns='{XadesDocuments.Xades}'>{Times("<a>", 9000)}{Times(element, times)}{Times("</a>", 9000)}{Times(Signed("#x"), 32)}</a>";
        Within(TimeSpan.FromSeconds(5), Encoding.UTF8.GetBytes(text));
    }

    [Fact]
    public void Many_algorithms_are_listed_once_each_in_time_that_grows_with_them()
    {
        var references = string.Concat(Enumerable.Range(0, 500).Select(index => Reference.Replace("<DigestMethod", $"<Transforms>{string.Concat(Enumerable.Range(0, 8).Select(each => $"<Transform Algorithm=\"urn:{index}:{each}\"/>"))}</Transforms><DigestMethod", StringComparison.Ordinal)));
        var report = Verified.Only(Encoding.UTF8.GetBytes($"<a>{Signature.Replace("@references@", references, StringComparison.Ordinal).Replace("@behind@", "", StringComparison.Ordinal)}</a>"), OwnFiles);
        Assert.Equal(4003, report.Algorithms.Count);
        Assert.Equal(4003, report.Algorithms.Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public void Time_stamps_and_their_tokens_are_counted_over_all_properties()
    {
        const string token = "<x:EncapsulatedTimeStamp>AAAA</x:EncapsulatedTimeStamp>";
        Verified.Refused(SignatureRules.Limit, Stamped(Times($"<x:SignatureTimeStamp>{Times(token, 33)}</x:SignatureTimeStamp>", 2)), OwnFiles);
        Verified.Refused(SignatureRules.Limit, Stamped("", Times("<x:AllDataObjectsTimeStamp/>", 65)), OwnFiles);

        // What is no property of signed objects is none there either.
        Assert.Empty(Verified.Only(Stamped("", $"<x:SignatureTimeStamp>{token}</x:SignatureTimeStamp>"), OwnFiles).TimeStamps);
    }

    [Fact]
    public void Time_stamps_over_many_parts_are_work_that_is_counted()
    {
        // Each of them over five hundred parts, which come before it is their turn, and none of them over the same octets: the prefix list differs.
        var octets = XadesDocuments.Token([1]);
        var stamps = string.Concat(Enumerable.Range(0, 64).Select(index =>
            $"<y:ArchiveTimeStamp xmlns:y=\"http://uri.etsi.org/01903/v1.4.1#\"><CanonicalizationMethod Algorithm=\"{Xmlsec.Exclusive}\"><e:InclusiveNamespaces xmlns:e=\"{Xmlsec.Exclusive}\" PrefixList=\"p{index}\"/></CanonicalizationMethod><x:EncapsulatedTimeStamp>{octets}</x:EncapsulatedTimeStamp></y:ArchiveTimeStamp>"));
        var parts = string.Concat(Enumerable.Range(0, 500).Select(index => $"<b Id=\"i{index}\"/>"));
        var references = string.Concat(Enumerable.Range(0, 500).Select(index => Reference.Replace("@uri@", $"#i{499 - index}", StringComparison.Ordinal)));
        var report = Within(TimeSpan.FromSeconds(5), Stamped(stamps, references: references, parts: parts));
        Assert.Contains(SignatureRules.Limit, Verified.Broken(Assert.Single(report.Signatures)));
    }

    [Fact]
    public void Octets_that_wait_for_their_turn_wait_in_one_place_and_come_in_their_turn()
    {
        Assert.SkipUnless(HandSigner.CanSign, "libxml2 is not installed");

        // The second reference is to what stands first, and more than is held in memory.
        var large = new string('x', 3_000_000);
        var text = XadesDocuments.Text("<xades:UnsignedProperties><xades:UnsignedSignatureProperties><a:ArchiveTimeStamp xmlns:a=\"http://uri.etsi.org/01903/v1.4.1#\"><ds:CanonicalizationMethod Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"/><xades:EncapsulatedTimeStamp>~archive~</xades:EncapsulatedTimeStamp></a:ArchiveTimeStamp></xades:UnsignedSignatureProperties></xades:UnsignedProperties>")
            .Replace("<Text>", $"<Text Id=\"T-1\">{large}", StringComparison.Ordinal)
            .Replace("</ds:SignedInfo>", Xmlsec.Reference("#T-1", Xmlsec.ExclusiveTransform).Replace("<ds:DigestValue/>", "<ds:DigestValue>@T-1@</ds:DigestValue>", StringComparison.Ordinal) + "</ds:SignedInfo>", StringComparison.Ordinal);
        text = Encoding.UTF8.GetString(HandSigner.Sign(text));
        byte[] Of(string name) => HandSigner.Canonical(text, CanonicalizationMethod.Exclusive, element => element.LocalName == name);
        byte[][] parts = [HandSigner.Canonical(text, CanonicalizationMethod.Exclusive, null), Of("SignedProperties"), Of("Text"), Of("SignedInfo"), Of("SignatureValue"), Of("KeyInfo")];
        var document = Encoding.UTF8.GetBytes(text.Replace("~archive~", XadesDocuments.Token([.. parts.SelectMany(part => part)]), StringComparison.Ordinal));
        Assert.True(Assert.Single(Verified.Intact(document).TimeStamps).IsOverThis);
    }

    [Theory]
    [InlineData(2048, "010001", SignatureRules.KeyFound)]           // the platform takes it for no modulus: it has small factors
    [InlineData(2048, "01", SignatureRules.KeyExponent)]
    [InlineData(2048, "00", SignatureRules.KeyExponent)]
    [InlineData(2048, "010000", SignatureRules.KeyExponent)]
    [InlineData(2048, "01000000000000000F", SignatureRules.KeyExponent)]
    [InlineData(1024, "010001", SignatureRules.KeyLength)]
    [InlineData(16448, "010001", SignatureRules.KeyLength)]
    public void An_rsa_key_that_makes_verifying_dear_or_void_is_refused_by_its_rule(int bits, string exponent, string rule)
    {
        var modulus = new byte[bits / 8];
        modulus.AsSpan().Fill(0xFF);
        var e = Convert.FromHexString(exponent);
        var value = $"<KeyValue><RSAKeyValue><Modulus>{Convert.ToBase64String(modulus)}</Modulus><Exponent>{Convert.ToBase64String(e)}</Exponent></RSAKeyValue></KeyValue>";
        var der = $"<k:DEREncodedKeyValue xmlns:k=\"http://www.w3.org/2009/xmldsig11#\">{Convert.ToBase64String(Info(modulus, e))}</k:DEREncodedKeyValue>";
        var signed = DotNetSigner.Enveloped("<Dossier/>", change: document => document.KeyInfo = new System.Security.Cryptography.Xml.KeyInfo());
        foreach (var form in new[] { value, der })
        {
            var document = Verified.Replaced(signed, "</SignatureValue>", $"</SignatureValue><KeyInfo>{form}</KeyInfo>");
            var report = Verified.Only(document);
            Assert.True(Verified.Broken(report).Contains(rule) || (rule == SignatureRules.KeyFound && Verified.Broken(report).Contains(SignatureRules.Value)), string.Join(' ', Verified.Broken(report)));
            Assert.NotEqual(SignatureIntegrity.Intact, report.Integrity);
        }
    }

    private static VerificationRequest OwnFiles => new() { Xml = XmlLimits.OwnFiles };

    private static string Times(string text, int times) => new StringBuilder().Insert(0, text, times).ToString();

    private static string Signed(string uri, string behind = "") => Signature.Replace("@references@", Reference.Replace("@uri@", uri, StringComparison.Ordinal), StringComparison.Ordinal).Replace("@behind@", behind, StringComparison.Ordinal);

    private static byte[] Stamped(string unsigned, string dataObjects = "", string? references = null, string parts = "")
    {
        var properties = $"<Object><x:QualifyingProperties xmlns:x=\"{XadesDocuments.Xades}\" Target=\"#S\"><x:SignedProperties><x:SignedDataObjectProperties>{dataObjects}</x:SignedDataObjectProperties></x:SignedProperties><x:UnsignedProperties><x:UnsignedSignatureProperties>{unsigned}</x:UnsignedSignatureProperties></x:UnsignedProperties></x:QualifyingProperties></Object>";
        var signature = Signature.Replace("@references@", references ?? Reference.Replace("@uri@", "", StringComparison.Ordinal), StringComparison.Ordinal).Replace("@behind@", properties, StringComparison.Ordinal);
        return Encoding.UTF8.GetBytes($"<a>{parts}{signature}</a>");
    }

    private static DocumentReport Within(TimeSpan time, byte[] document)
    {
        var started = Environment.CpuUsage.TotalTime;
        var report = SignatureVerifier.Verify(document, OwnFiles);
        var took = Environment.CpuUsage.TotalTime - started;
        Assert.True(took < time, $"{took.TotalSeconds:F1} s of processor time for {document.Length} octets");
        return report;
    }

    private static byte[] Info(byte[] modulus, byte[] exponent)
    {
        var key = new AsnWriter(AsnEncodingRules.DER);
        using (key.PushSequence())
        {
            key.WriteIntegerUnsigned(modulus);
            key.WriteIntegerUnsigned(exponent);
        }

        var info = new AsnWriter(AsnEncodingRules.DER);
        using (info.PushSequence())
        {
            using (info.PushSequence())
            {
                info.WriteObjectIdentifier("1.2.840.113549.1.1.1");
                info.WriteNull();
            }

            info.WriteBitString(key.Encode());
        }

        return info.Encode();
    }
}
