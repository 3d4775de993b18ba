namespace Vss.Interlink.XmlSecurity.Signing;

/// <summary>How a signature says whose it is: the content of <c>ds:KeyInfo</c>.</summary>
public abstract record KeyInformation
{
    private KeyInformation()
    {
    }

    /// <summary>The signer's certificate and the chain, in <c>ds:X509Data</c>.</summary>
    public static KeyInformation Certificates { get; } = new X509Data(WithChain: true);

    /// <summary>The signer's certificate alone, in <c>ds:X509Data</c>.</summary>
    public static KeyInformation SigningCertificate { get; } = new X509Data(WithChain: false);

    /// <summary>No <c>ds:KeyInfo</c>.</summary>
    public static KeyInformation None { get; } = new Nothing();

    /// <summary>A <c>wsse:SecurityTokenReference</c> to a token that stands elsewhere in the message (WS-Security 1.1 section 7.2).</summary>
    /// <param name="uri">As <c>#x509</c>.</param>
    /// <param name="valueType">Type of the token, a URI.</param>
    public static KeyInformation Token(string uri, string valueType) => new TokenReference(uri, valueType);

    internal sealed record X509Data(bool WithChain) : KeyInformation;

    internal sealed record TokenReference(string Uri, string ValueType) : KeyInformation;

    internal sealed record Nothing : KeyInformation;
}
