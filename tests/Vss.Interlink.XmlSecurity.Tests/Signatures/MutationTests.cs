using System.Text;
using Vss.Interlink.XmlSecurity.Signatures;

namespace Vss.Interlink.XmlSecurity.Tests.Signatures;

/// <summary>Documents changed at random, over and over: the verifier answers, and what it calls clean is what was signed.</summary>
public sealed class MutationTests
{
    private static readonly string[] s_pieces =
    [
        "<ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\">", "</ds:Signature>", "<SignedInfo>", "<!-- -->", "<![CDATA[x]]>", "<?x y?>", "&#13;", "Id=\"Body-1\"", "URI=\"#xpointer(id('S-1'))\"",
        "http://www.w3.org/2000/09/xmldsig#base64", "http://www.w3.org/2006/12/xml-c14n11#WithComments", "http://www.w3.org/2000/09/xmldsig#sha1", "http://www.w3.org/2007/05/xmldsig-more#rsa-pss", "=", "AAAA", "\0", "é", "xmlns=\"\"", " xmlns:ds=\"urn:x\"",
    ];

    [Fact]
    public void Nothing_in_a_document_makes_the_verifier_throw_or_take_changed_octets_for_signed_ones()
    {
        List<byte[]> seeds = [DotNetSigner.Soap11(), DotNetSigner.Enveloped("<Dossier><Text>a text</Text></Dossier>")];
        if (HandSigner.CanSign) seeds.Add(XadesDocuments.HigherLevel(3));
        var signed = seeds.SelectMany(seed => Clean(seed, Verified.KeepingAll)).ToHashSet();
        Assert.True(signed.Count >= 3);
        var request = Verified.KeepingAll with { Key = SignerKey.OfCertificate(Signers.RsaCertificate) };
        var random = new Random(20261121);
        for (var round = 0; round < 4000; round++)
        {
            var changed = Changed(seeds[round % seeds.Count], random);
            Assert.All(Clean(changed, request), octets => Assert.Contains(octets, signed));
        }
    }

    private static List<string> Clean(byte[] document, VerificationRequest request)
    {
        using var report = SignatureVerifier.Verify(document, request);
        return [.. report.Signatures.SelectMany(signature => signature.References).Where(reference => reference.Octets is not null).Select(reference => Verified.Text(reference.Octets))];
    }

    private static byte[] Changed(byte[] document, Random random)
    {
        List<byte> octets = [.. document];
        for (var times = random.Next(1, 4); times > 0; times--)
        {
            var at = random.Next(octets.Count);
            var length = random.Next(1, Math.Min(60, octets.Count - at + 1));
            switch (random.Next(5))
            {
                case 0: octets[at] = (byte)random.Next(256); break;
                case 1: octets.RemoveRange(at, Math.Min(length, octets.Count - at)); break;
                case 2: octets.InsertRange(at, octets.GetRange(random.Next(octets.Count - 60), 60)); break;
                case 3: octets.InsertRange(at, Encoding.UTF8.GetBytes(s_pieces[random.Next(s_pieces.Length)])); break;
                default: Move(octets, random); break;
            }
        }

        return [.. octets];
    }

    // A whole element somewhere else, or there too.
    private static void Move(List<byte> octets, Random random)
    {
        var text = Encoding.UTF8.GetString([.. octets]);
        var from = text.IndexOf('<', random.Next(text.Length));
        var to = from < 0 ? -1 : text.IndexOf('>', Math.Min(text.Length - 1, from + random.Next(1, 2000)));
        if (to < 0) return;
        var piece = text[from..(to + 1)];
        if (random.Next(2) == 0) text = text.Remove(from, piece.Length);
        var place = text.IndexOf('<', random.Next(Math.Max(1, text.Length)));
        octets.Clear();
        octets.AddRange(Encoding.UTF8.GetBytes(text.Insert(Math.Max(0, place), piece)));
    }
}
