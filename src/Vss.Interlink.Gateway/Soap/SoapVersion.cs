namespace Vss.Interlink.Gateway.Soap;

/// <summary>What differs between SOAP 1.1 (W3C Note, May 2000) and SOAP 1.2 (W3C Recommendation, April 2007).</summary>
public sealed class SoapVersion
{
    /// <summary>SOAP 1.1 over text/xml.</summary>
    public static readonly SoapVersion V11 = new("SOAP 1.1", SoapNames.Soap11, "text/xml", ["", "http://schemas.xmlsoap.org/soap/actor/next"]);

    /// <summary>SOAP 1.2 over application/soap+xml.</summary>
    public static readonly SoapVersion V12 = new("SOAP 1.2", SoapNames.Soap12, "application/soap+xml",
        ["", "http://www.w3.org/2003/05/soap-envelope/role/next", "http://www.w3.org/2003/05/soap-envelope/role/ultimateReceiver"]);

    private readonly string[] _ourRoles;

    private SoapVersion(string name, string ns, string mediaType, string[] ourRoles) => (Name, Namespace, MediaType, _ourRoles) = (name, ns, mediaType, ourRoles);

    public string Name { get; }

    /// <summary>Namespace of the envelope, which alone tells the version (SOAP 1.1 §4.1.2, SOAP 1.2 part 1 §5.1).</summary>
    public string Namespace { get; }

    /// <summary>Media type of the envelope over HTTP, without parameters.</summary>
    public string MediaType { get; }

    public static SoapVersion? OfNamespace(string ns) => ns == SoapNames.Soap11 ? V11 : ns == SoapNames.Soap12 ? V12 : null;

    public static SoapVersion? OfMediaType(string mediaType) =>
        new[] { V11, V12 }.FirstOrDefault(version => version.MediaType.Equals(mediaType, StringComparison.OrdinalIgnoreCase));

    /// <summary>Whether a header block of this actor or role is addressed to the hub, which is the ultimate receiver (SOAP 1.1 §4.2.2, SOAP 1.2 part 1 §2.2).</summary>
    public bool IsForUs(string role) => _ourRoles.Contains(role, StringComparer.Ordinal);

    public override string ToString() => Name;
}
