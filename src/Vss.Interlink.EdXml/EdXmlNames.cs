namespace Vss.Interlink.EdXml;

/// <summary>Namespaces of edXML packets (QCVN 102:2016/BTTTT).</summary>
public static class EdXmlNames
{
    /// <summary>The namespace that is written, and that every element of a packet is reported in.</summary>
    public const string Qcvn = "http://www.mic.gov.vn/TBT/QCVN_102_2016";

    /// <summary>The predecessor's namespace: read, never written.</summary>
    public const string EDoc = "http://www.e-doc.vn/Schema/";

    /// <summary>W3C XML Signature.</summary>
    public const string XmlDsig = "http://www.w3.org/2000/09/xmldsig#";

    /// <summary>The prefix that the axis writes.</summary>
    public const string Prefix = "edXML";

    /// <summary>Content ids are written as <c>cid:…</c> in some places and bare in others; they are compared without it.</summary>
    public const string ContentIdScheme = "cid:";

    /// <summary>The namespace an element is reported in: one for both of the packet's.</summary>
    internal static string Reported(string uri) => uri == EDoc ? Qcvn : uri;

    internal static string? WithoutScheme(string? contentId) =>
        contentId is not null && contentId.StartsWith(ContentIdScheme, StringComparison.OrdinalIgnoreCase)
            ? contentId[ContentIdScheme.Length..]
            : contentId;
}
