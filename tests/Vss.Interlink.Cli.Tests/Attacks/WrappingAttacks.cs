using System.Xml;

namespace Vss.Interlink.Cli.Tests.Attacks;

/// <summary>
/// Signature wrapping: XSW1 to XSW8 of "On Breaking SAML", and the weakness classes of WS-Attacker's wrapping library. The signed part goes somewhere else, or something evil
/// comes before it, where one reader finds it and the digest does not.
/// </summary>
internal static class WrappingAttacks
{
    private static readonly (string Name, Action<Scene> Build)[] s_moves =
    [
        ("XSW1, the real part in an Object of the evil one's signature", scene => { scene.Replace(); scene.InSignature("Object", scene.Real); }),
        ("XSW2, the real part before the signature", scene => { scene.Replace(); scene.Signature.ParentNode!.InsertBefore(scene.Real, scene.Signature); }),
        ("XSW3, the evil part before the real one", scene => scene.BesideReal(scene.EvilUnsigned, first: true)),
        ("XSW3, the evil part behind the real one", scene => scene.BesideReal(scene.EvilUnsigned, first: false)),
        ("XSW4, the real part with its signature in the evil one", scene => { scene.ReplaceUnsigned(); scene.EvilUnsigned.AppendChild(scene.RealSigned); }),
        ("XSW5, the real part last in the document", scene => { scene.Replace(); scene.Document.DocumentElement!.AppendChild(scene.Real); }),
        ("XSW6, the real part in the evil one's signature", scene => { scene.Replace(); scene.Signature.AppendChild(scene.Real); }),
        ("XSW7, the evil part in an extension before the real one", scene => scene.BesideReal(scene.Wrapped(scene.EvilUnsigned), first: true)),
        ("XSW8, the real part in a wrapper in an Object", scene => { scene.Replace(); scene.InSignature("Object", scene.Wrapped(scene.Real)); }),
        ("the real part in KeyInfo", scene => { scene.Replace(); scene.Signature["KeyInfo", SignedShape.Dsig]!.AppendChild(scene.Real); }),
        ("the real part in a wrapper first in the document", scene => { scene.Replace(); scene.Document.DocumentElement!.PrependChild(scene.Wrapped(scene.Real)); }),
        ("the real part among the evil one's children", scene => { scene.Replace(); scene.Evil.PrependChild(scene.Real); }),
    ];

    public static IEnumerable<Attack> On(SignedShape shape)
    {
        foreach (var (name, build) in s_moves)
        {
            // Of a document signed as a whole nothing can be moved; by its identifier it can.
            if (shape == SignedShape.Dossier) break;
            yield return Built(shape, name, build, Outcome(shape, name));
            foreach (var attribute in (string[])["Id", "ID", "id", "xml:id"])
            {
                yield return Built(shape, $"{name}, the evil one with the same identifier as {attribute}", scene => { scene.Evil.SetAttribute(attribute, "P-1"); scene.EvilUnsigned.SetAttribute(attribute, "P-1"); build(scene); }, Twice(name));
            }

            yield return Built(shape, $"{name}, the evil one without identifier", scene => { scene.Evil.RemoveAllAttributes(); scene.EvilUnsigned.RemoveAllAttributes(); build(scene); }, Outcome(shape, name));
        }

        if (shape.IsMessage) yield break;
        foreach (var place in (string[])["Object", "KeyInfo"])
        {
            // The signature leaves itself out, so that it may stand first, and something evil in it comes before what is signed.
            yield return Built(shape, $"the evil part in {place} of a signature that was moved to the front", scene => scene.EvilInFront(place), null);
        }

        yield return Built(shape, "the signature moved into an element of its own", scene =>
        {
            var holder = scene.Wrapped(null);
            scene.RealSigned.AppendChild(holder);
            holder.AppendChild(scene.RealSigned["Signature", SignedShape.Dsig]!);
        }, "sig.digest");
    }

    private static string Twice(string name) => name.StartsWith("XSW6", StringComparison.Ordinal) ? "sig.structure" : "sig.id.unique";

    private static string? Outcome(SignedShape shape, string name) =>
        name.StartsWith("XSW6", StringComparison.Ordinal) ? "sig.structure" : shape.IsMessage ? "policy.coverage" : null;

    private static Attack Built(SignedShape shape, string name, Action<Scene> build, string? rule)
    {
        var scene = new Scene(shape);
        build(scene);
        return new Attack($"{shape.Name}: {name}", scene.Document, rule);
    }

    /// <summary>A good document, and the parts that an attacker makes of it.</summary>
    private sealed class Scene
    {
        public Scene(SignedShape shape)
        {
            Document = shape.Signed();
            RealSigned = shape.PartOf(Document);
            Evil = Changed();
            EvilUnsigned = WithoutSignature(Changed());
            Real = WithoutSignature((XmlElement)RealSigned.CloneNode(deep: true));
        }

        public XmlDocument Document { get; }

        /// <summary>The signed part where it stood, with the signature if that stands in it.</summary>
        public XmlElement RealSigned { get; }

        /// <summary>A copy of it without the signature, for which the digest is right too.</summary>
        public XmlElement Real { get; }

        /// <summary>What the attacker wants to be read, with a copy of the signature if that stands in it.</summary>
        public XmlElement Evil { get; }

        public XmlElement EvilUnsigned { get; }

        /// <summary>The signature of the document as it is now.</summary>
        public XmlElement Signature => SignedShape.SignatureOf(Document);

        public void Replace() => RealSigned.ParentNode!.ReplaceChild(Evil, RealSigned);

        public void ReplaceUnsigned() => RealSigned.ParentNode!.ReplaceChild(EvilUnsigned, RealSigned);

        public XmlElement Wrapped(XmlElement? content)
        {
            var wrapper = Document.CreateElement("Wrapper", "urn:x");
            if (content is not null) wrapper.AppendChild(content);
            return wrapper;
        }

        public void InSignature(string name, XmlElement content)
        {
            var holder = Document.CreateElement("ds", name, SignedShape.Dsig);
            holder.AppendChild(content);
            Signature.AppendChild(holder);
        }

        public void BesideReal(XmlElement evil, bool first)
        {
            if (RealSigned.ParentNode is XmlElement parent)
            {
                if (first) parent.InsertBefore(evil, RealSigned);
                else parent.InsertAfter(evil, RealSigned);
                return;
            }

            // Both under a new root element.
            var root = Document.CreateElement("Dossiers", "urn:vss:test");
            Document.ReplaceChild(root, RealSigned);
            root.AppendChild(first ? evil : RealSigned);
            root.AppendChild(first ? RealSigned : evil);
        }

        public void EvilInFront(string place)
        {
            var signature = RealSigned["Signature", SignedShape.Dsig]!;
            RealSigned.PrependChild(signature);
            var holder = signature[place, SignedShape.Dsig];
            if (holder is null) signature.AppendChild(holder = Document.CreateElement("ds", place, SignedShape.Dsig));
            holder.AppendChild(EvilUnsigned.FirstChild!);
        }

        private XmlElement Changed()
        {
            var evil = (XmlElement)RealSigned.CloneNode(deep: true);
            foreach (XmlAttribute attribute in evil.Attributes)
            {
                if (attribute.Value == "P-1") attribute.Value = "P-2";
            }

            evil.SelectSingleNode(".//*[local-name()='Text']")!.InnerText = Attack.EvilText;
            return evil;
        }

        private static XmlElement WithoutSignature(XmlElement element)
        {
            if (element["Signature", SignedShape.Dsig] is { } signature) element.RemoveChild(signature);
            return element;
        }
    }
}
