using System.Security.Cryptography;
using System.Security.Cryptography.Xml;
using System.Xml;

namespace Vss.Interlink.XmlSecurity.Tests.Canonical;

/// <summary>The canonicaliser of System.Security.Cryptography.Xml as a second opinion. It knows neither Canonical XML 1.1 nor an order of code points beyond the BMP.</summary>
internal static class DotNet
{
    /// <summary>The canonical octets of the document.</summary>
    public static byte[] Write(byte[] octets, CanonicalizationMethod method, string? prefixes = null)
    {
        var transform = Transform(method, prefixes);
        transform.LoadInput(Loaded(octets));
        using var output = (Stream)transform.GetOutput(typeof(Stream));
        using var canonical = new MemoryStream();
        output.CopyTo(canonical);
        return canonical.ToArray();
    }

    /// <summary>The canonical octets of the element with this ordinal, by way of a same-document reference; comments do not come with it.</summary>
    public static byte[] Write(byte[] octets, CanonicalizationMethod method, int ordinal, string? prefixes = null)
    {
        var document = Loaded(octets);
        var element = (XmlElement)document.SelectNodes("//*")![ordinal - 1]!;
        var signed = new OneElement(document, element);
        var reference = new Reference("#it");
        reference.AddTransform(Transform(method, prefixes));
        var passed = new Passed();
        reference.AddTransform(passed);
        signed.AddReference(reference);
        using var key = new HMACSHA256(new byte[32]);
        signed.ComputeSignature(key);
        return passed.Octets.ToArray();
    }

    private static Transform Transform(CanonicalizationMethod method, string? prefixes) => method.IsExclusive
        ? new XmlDsigExcC14NTransform(method.WithComments, prefixes)
        : new XmlDsigC14NTransform(method.WithComments);

    private static XmlDocument Loaded(byte[] octets)
    {
        var document = new XmlDocument { PreserveWhitespace = true, XmlResolver = null };
        using var xml = XmlReader.Create(new MemoryStream(octets), new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null });
        document.Load(xml);
        return document;
    }

    private sealed class OneElement(XmlDocument document, XmlElement element) : SignedXml(document)
    {
        public override XmlElement GetIdElement(XmlDocument? document, string idValue) => element;
    }

    // Stands behind the canonicaliser and keeps what comes by.
    private sealed class Passed : Transform
    {
        public MemoryStream Octets { get; } = new();

        public override Type[] InputTypes { get; } = [typeof(Stream)];

        public override Type[] OutputTypes { get; } = [typeof(Stream)];

        public override void LoadInnerXml(XmlNodeList nodeList) { }

        public override void LoadInput(object obj) => ((Stream)obj).CopyTo(Octets);

        public override object GetOutput() => new MemoryStream(Octets.ToArray());

        public override object GetOutput(Type type) => GetOutput();

        protected override XmlNodeList? GetInnerXml() => null;
    }
}
