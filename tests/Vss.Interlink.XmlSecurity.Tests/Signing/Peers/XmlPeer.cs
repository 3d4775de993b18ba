using Vss.Interlink.XmlSecurity.Signing;

namespace Vss.Interlink.XmlSecurity.Tests.Signing.Peers;

/// <summary>What a peer signs.</summary>
internal enum PeerSignature
{
    /// <summary>The whole document, the signature last in its root.</summary>
    Enveloped,

    /// <summary>The element with <c>Id="signed"</c>, the signature last in the root.</summary>
    Element,

    /// <summary>The document within a <c>ds:Object</c>; Santuario only.</summary>
    Enveloping,

    /// <summary>The document's file, which the signature names <see cref="XmlPeer.DetachedName"/>; Santuario only.</summary>
    Detached,
}

/// <summary>A foreign implementation that signs and verifies: Apache Santuario on Java, xml-crypto on Node. Both are started once in a test run.</summary>
internal sealed class XmlPeer
{
    /// <summary>What a detached signature calls its document.</summary>
    public const string DetachedName = "document.xml";

    private const string JavaPackages = "The peer needs Debian's packages default-jdk-headless, libxml-security-java and libbcprov-java.";
    private const string NodePackages = "The peer needs Debian's packages nodejs and npm, and npm's xml-crypto.";

    private static readonly Lazy<XmlPeer> s_santuario = new(StartSantuario);
    private static readonly Lazy<XmlPeer> s_xmlCrypto = new(StartXmlCrypto);

    private readonly LinePeer _peer;

    private XmlPeer(LinePeer peer) => _peer = peer;

    /// <summary>Apache Santuario, Debian's libxml-security-java.</summary>
    public static XmlPeer Santuario => s_santuario.Value;

    /// <summary>npm's xml-crypto: RSA with SHA-256, SHA-512 and PSS, Canonical XML 1.0 and exclusive; of a whole document it sees the root element alone.</summary>
    public static XmlPeer XmlCrypto => s_xmlCrypto.Value;

    /// <summary>Asserts that it verifies a signature with the certificate.</summary>
    /// <param name="signed">The document.</param>
    /// <param name="keys">Whose signature it is.</param>
    /// <param name="files">Files beside the document, by the names that references have.</param>
    public void AssertVerifies(byte[] signed, TestKeys keys, params IEnumerable<(string Name, byte[] Octets)> files)
    {
        var answer = Verify(signed, keys, files);
        Assert.True(answer == "valid", $"{answer}\n{System.Text.Encoding.UTF8.GetString(signed)}");
    }

    /// <summary>Asserts that it does not.</summary>
    public void AssertRefuses(byte[] signed, TestKeys keys, params IEnumerable<(string Name, byte[] Octets)> files) =>
        Assert.StartsWith("invalid", Verify(signed, keys, files), StringComparison.Ordinal);

    /// <summary>Signs a document as it does.</summary>
    /// <param name="document">UTF-8 XML.</param>
    /// <param name="what">What of it.</param>
    /// <param name="algorithm">Signature algorithm; <see cref="TestKeys.For"/> has the key.</param>
    /// <param name="method">Canonical form of the document and of SignedInfo.</param>
    public byte[] Sign(byte[] document, PeerSignature what, SignatureAlgorithm algorithm, CanonicalizationMethod method)
    {
        using var folder = new PeerFolder();
        var keys = TestKeys.For(algorithm);
        var answer = _peer.Ask(
            "sign", folder.Write(DetachedName, document), Path.Combine(folder.Path, "signed.xml"), folder.Write("key.pem", keys.KeyPem), folder.Write("certificate.pem", keys.CertificatePem),
            what.ToString().ToLowerInvariant(), algorithm.Uri, algorithm.Digest.Uri, method.Uri);
        return answer == "done" ? folder.Read("signed.xml") : throw new InvalidOperationException(answer);
    }

    private string Verify(byte[] signed, TestKeys keys, IEnumerable<(string Name, byte[] Octets)> files)
    {
        using var folder = new PeerFolder();
        foreach (var (name, octets) in files) folder.Write(name, octets);
        return _peer.Ask("verify", folder.Write("signed.xml", signed), folder.Write("certificate.pem", keys.CertificatePem));
    }

    private static XmlPeer StartSantuario()
    {
        var classes = PathOf("java");
        var path = string.Join(':', new[] { "xmlsec", "slf4j-api", "slf4j-nop", "commons-codec", "bcprov" }.Select(jar => $"/usr/share/java/{jar}.jar").Append(classes));
        var source = PathOf("SantuarioPeer.java");
        if (File.GetLastWriteTimeUtc(Path.Combine(classes, "SantuarioPeer.class")) < File.GetLastWriteTimeUtc(source)) LinePeer.Prepare(JavaPackages, "javac", "-cp", path, "-d", classes, source);
        return new XmlPeer(LinePeer.Start(JavaPackages, "java", "-Xshare:auto", "-XX:TieredStopAtLevel=1", "-cp", path, "SantuarioPeer"));
    }

    // The packages stay in the output folder until the lock file changes.
    private static XmlPeer StartXmlCrypto()
    {
        if (File.GetLastWriteTimeUtc(PathOf("node_modules/.package-lock.json")) < File.GetLastWriteTimeUtc(PathOf("package-lock.json")))
        {
            LinePeer.Prepare(NodePackages, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", "--prefix", PathOf(""));
        }

        return new XmlPeer(LinePeer.Start(NodePackages, "node", PathOf("xml_crypto_peer.js")));
    }

    private static string PathOf(string name) => Path.Combine(AppContext.BaseDirectory, "Peers", name);
}
