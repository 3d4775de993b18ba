namespace Vss.Interlink.XmlSecurity.Signing;

/// <summary>A <c>ds:Reference</c> of a signature that is there already, as an archive time stamp needs it.</summary>
internal sealed class ForeignReference(string? uri)
{
    public string? Uri { get; } = uri;

    public bool IsEnveloped { get; private set; }

    public bool IsBase64 { get; private set; }

    /// <summary>The canonical form that it names; null when it names none.</summary>
    public CanonicalizationMethod? Method { get; private set; }

    public string? Prefixes { get; set; }

    /// <summary>A transform that is not known here, or where it stands not; null when all are.</summary>
    public string? Unknown { get; private set; }

    public bool IsSameDocument => Uri is { } uri && (uri.Length == 0 || uri[0] == '#');

    /// <summary>The identifier of the element that it names; null for the document.</summary>
    public string? ElementId => Uri is ['#', .. var id] ? id : null;

    // Of these, in this order: the enveloped-signature transform, then one canonical form or base64. A second canonical form would read the first one's octets.
    public void AddTransform(string? algorithm)
    {
        var isLast = Method is not null || IsBase64;
        if (algorithm == XmlNames.EnvelopedSignature && !isLast) IsEnveloped = true;
        else if (algorithm == XmlNames.Base64 && !isLast) IsBase64 = true;
        else if (CanonicalizationMethod.TryFromUri(algorithm, out var method) && !isLast) Method = method;
        else Unknown ??= algorithm ?? "";
    }
}
