using System.Diagnostics.CodeAnalysis;

namespace Vss.Interlink.XmlSecurity;

/// <summary>The six canonicalisation methods that signatures name: a closed set.</summary>
public sealed class CanonicalizationMethod
{
    private CanonicalizationMethod(string uri, bool isExclusive, bool isVersion11, bool withComments) =>
        (Uri, IsExclusive, IsVersion11, WithComments) = (uri, isExclusive, isVersion11, withComments);

    /// <summary>Canonical XML 1.0 (W3C Recommendation of 15 March 2001), comments left out.</summary>
    public static CanonicalizationMethod Inclusive { get; } = new("http://www.w3.org/TR/2001/REC-xml-c14n-20010315", false, false, false);

    /// <summary>Canonical XML 1.0 with comments.</summary>
    public static CanonicalizationMethod InclusiveWithComments { get; } = new("http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments", false, false, true);

    /// <summary>Canonical XML 1.1 (W3C Recommendation of 2 May 2008), comments left out.</summary>
    public static CanonicalizationMethod Inclusive11 { get; } = new("http://www.w3.org/2006/12/xml-c14n11", false, true, false);

    /// <summary>Canonical XML 1.1 with comments.</summary>
    public static CanonicalizationMethod Inclusive11WithComments { get; } = new("http://www.w3.org/2006/12/xml-c14n11#WithComments", false, true, true);

    /// <summary>Exclusive XML Canonicalization 1.0 (W3C Recommendation of 18 July 2002), comments left out.</summary>
    public static CanonicalizationMethod Exclusive { get; } = new("http://www.w3.org/2001/10/xml-exc-c14n#", true, false, false);

    /// <summary>Exclusive XML Canonicalization 1.0 with comments.</summary>
    public static CanonicalizationMethod ExclusiveWithComments { get; } = new("http://www.w3.org/2001/10/xml-exc-c14n#WithComments", true, false, true);

    /// <summary>All six.</summary>
    public static IReadOnlyList<CanonicalizationMethod> All { get; } = [Inclusive, InclusiveWithComments, Inclusive11, Inclusive11WithComments, Exclusive, ExclusiveWithComments];

    /// <summary>The identifier that stands in <c>ds:CanonicalizationMethod</c> and <c>ds:Transform</c>.</summary>
    public string Uri { get; }

    /// <summary>Exclusive XML Canonicalization; the other two are inclusive.</summary>
    public bool IsExclusive { get; }

    /// <summary>Canonical XML 1.1.</summary>
    public bool IsVersion11 { get; }

    /// <summary>Whether comments are part of the canonical form.</summary>
    public bool WithComments { get; }

    /// <summary>The method of an identifier, compared octet by octet as XML-DSig compares identifiers.</summary>
    public static bool TryFromUri(string? uri, [NotNullWhen(true)] out CanonicalizationMethod? method)
    {
        method = All.FirstOrDefault(known => known.Uri == uri);
        return method is not null;
    }

    public override string ToString() => Uri;
}
