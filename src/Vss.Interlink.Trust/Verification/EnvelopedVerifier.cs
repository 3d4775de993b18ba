using System.Security.Cryptography.X509Certificates;
using System.Xml;
using Vss.Interlink.Trust.Certificates;
using Vss.Interlink.Trust.Policy;
using Vss.Interlink.XmlSecurity;

namespace Vss.Interlink.Trust.Verification;

/// <summary>Verifies a document with one enveloped XAdES signature over the whole of it: receipts and evidence.</summary>
public sealed class EnvelopedVerifier(Func<TrustStore> store, ValidationPolicy policy, TimeProvider clock)
{
    /// <summary>Verdict over a document; the verified octets are the canonical document without the signature.</summary>
    public VerificationResult Verify(ReadOnlyMemory<byte> octets) => Verify(octets, clock.GetUtcNow());

    /// <inheritdoc cref="Verify(ReadOnlyMemory{byte})"/>
    /// <param name="octets">The document.</param>
    /// <param name="at">Time to judge at.</param>
    public VerificationResult Verify(ReadOnlyMemory<byte> octets, DateTimeOffset at)
    {
        var ladder = new Ladder();
        if (!SafeXml.Load(octets, new XmlLimits()).TryGetDocument(out var document))
        {
            ladder.Fail(Rules.Structure, "", "the document is not well-formed XML within the limits", "Send well-formed XML.");
            return ladder.Result(null);
        }

        return ladder.Result(Check(document, at, ladder));
    }

    private VerifiedDocument? Check(XmlDocument document, DateTimeOffset at, Ladder ladder)
    {
        // 1 one signature, a child of the root
        var root = document.DocumentElement!;
        var signatures = document.GetElementsByTagName("Signature", Dsig.Namespace).OfType<XmlElement>().ToList();
        if (signatures.Count == 0) return Nothing(ladder.Fail(Rules.Present, root.Name, "the document carries no XML signature", "Sign the document."));
        if (signatures.Count > 1 || !ReferenceEquals(signatures[0].ParentNode, root))
        {
            return Nothing(ladder.Fail(Rules.Structure, root.Name, "expected one signature, as a child of the root", "Sign the document once, enveloped."));
        }

        ladder.Pass(Rules.Present, "ds:Signature", "one enveloped signature");

        // 2 its structure and algorithms, and what it refers to: the whole document and its own properties
        var ids = new IdIndex(document);
        if (SignatureElement.Read(signatures[0], ladder) is not { } signature) return null;
        if (signature.References is not [{ Uri: "", Transforms: [Dsig.Enveloped, Dsig.ExclusiveC14n] } whole, { Type: Dsig.SignedPropertiesType, Transforms: [Dsig.ExclusiveC14n] } own])
        {
            return Nothing(ladder.Fail(Rules.CoverageDocument, "ds:SignedInfo", "expected one reference to the whole document and one to the signed properties", "Sign the whole document, enveloped, by XAdES."));
        }

        if (SignatureCheck.Resolve(ids, own.Uri, ladder) is not { } properties) return null;
        if (properties is not { LocalName: "SignedProperties", NamespaceURI: Dsig.Xades } || !IsWithin(properties, signature.Element))
        {
            return Nothing(ladder.Fail(Rules.ReferenceTarget, "ds:Reference", "a reference of type SignedProperties points to something else", "Let it refer to the signature's own SignedProperties."));
        }

        // 3 the signer
        if (XadesCheck.Certificates(signature, ladder) is not { } certificates) return null;
        var signer = certificates[0];
        if (!XadesCheck.BindsCertificate(properties, signer, ladder)) return null;
        if (!CertificateJudge.Judge(signer, certificates, store(), at, forClientAuthentication: false, policy, ladder) && CertificateJudge.Ends(policy, ladder)) return null;

        // 4 the arithmetic
        if (!SignatureCheck.Value(signature, signer, ladder)) return null;
        var octets = SignatureCheck.Octets(root, whole, root.Name, ladder, signature.Element);
        if (octets is null || !SignatureCheck.Digest(whole, octets, root.Name, ladder)) return null;
        var ownOctets = SignatureCheck.Octets(properties, own, properties.Name, ladder);
        if (ownOctets is null || !SignatureCheck.Digest(own, ownOctets, properties.Name, ladder)) return null;

        ladder.Cover(SignatureCheck.Covers(whole, root));
        ladder.Pass(Rules.CoverageDocument, root.Name, "the whole document is covered");
        return ladder.IsWhole ? new VerifiedDocument(Assurance.Signed, CertificateJudge.Name(signer), ladder.Passed(), octets) : null;
    }

    internal static bool IsWithin(XmlNode node, XmlNode ancestor)
    {
        for (var at = node.ParentNode; at is not null; at = at.ParentNode)
        {
            if (ReferenceEquals(at, ancestor)) return true;
        }

        return false;
    }

    private static VerifiedDocument? Nothing(bool _) => null;
}
