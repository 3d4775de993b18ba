using System.Security.Cryptography;

namespace Vss.Interlink.XmlSecurity.Signatures;

/// <summary>A reference and what is to be digested for it; or the rule that it breaks.</summary>
internal sealed class ReferencePlan(ReferenceModel reference, string at)
{
    public ReferenceModel Reference { get; } = reference;

    /// <summary>Its place in the signature.</summary>
    public string At { get; } = at;

    public (string Rule, string Detail)? Broken { get; private set; }

    /// <summary>The element that is selected, 0 for the whole document; null when it is not in the document.</summary>
    public int? Target { get; private set; }

    /// <summary>Octets of that element as it came; null for the whole document.</summary>
    public long? Length { get; private set; }

    public DigestSource Source { get; private set; }

    /// <summary>A digest that the caller knew.</summary>
    public ReadOnlyMemory<byte> KnownDigest { get; private set; }

    public DigestJob? Job { get; set; }

    /// <summary>Whether the whole document is selected, if only as its root element.</summary>
    public bool IsWholeDocument => Target is 0 or 1;

    /// <summary>Works out what a reference means: XML-DSig 1.1 section 4.4.3.</summary>
    public static ReferencePlan Of(ReferenceModel reference, string at, SignatureModel signature, XmlIdIndex ids, VerificationRequest request)
    {
        var plan = new ReferencePlan(reference, at);
        plan.Broken = request.Policy.Refuses(reference.Digest) is { } refused
            ? (refused, $"the digest method {Shown(reference.Digest.Uri)} is not admitted by policy {request.Policy.Name}")
            : plan.Resolve(ids, request) ?? plan.Transform(signature);
        return plan;
    }

    /// <summary>The digest that was found, when there is one.</summary>
    public ReadOnlySpan<byte> FoundDigest => KnownDigest.IsEmpty ? Job!.DigestOf(Reference.Digest.Hash) : KnownDigest.Span;

    /// <summary>Whether the content is what the reference says, once everything was digested.</summary>
    public SignatureIntegrity Judge()
    {
        if (Broken is not null || (KnownDigest.IsEmpty && Job is not { IsDone: true })) return SignatureIntegrity.Unknown;
        return CryptographicOperations.FixedTimeEquals(FoundDigest, Reference.Value) ? SignatureIntegrity.Intact : SignatureIntegrity.Broken;
    }

    private static string Shown(string uri) => uri.Length is 0 or > 120 ? "that is named" : $"'{uri}'";

    private (string, string)? Resolve(XmlIdIndex ids, VerificationRequest request)
    {
        var uri = Reference.Uri;
        if (uri is null) return (SignatureRules.ReferenceResolved, "a reference has no URI");
        if (uri.Length == 0) return Select(0, comments: false);
        if (uri[0] != '#') return ResolveOutside(uri, request);
        if (uri == "#xpointer(/)") return Select(0, comments: true);
        var comments = uri.StartsWith("#xpointer(id(", StringComparison.Ordinal);
        var id = comments ? IdOfPointer(uri) : uri[1..];
        if (id is null or "" || id.Contains('(', StringComparison.Ordinal)) return (SignatureRules.ReferenceResolved, "a reference by an expression; only #id and whole documents are resolved");
        if (ids.IsRepeated(id)) return (SignatureRules.IdUnique, $"two elements have the identifier that {Shown(uri)} names");
        if (!ids.TryFind(id, out var element)) return (SignatureRules.ReferenceResolved, $"no element has the identifier that {Shown(uri)} names");
        Length = element.End - element.Start;
        return Select(element.Ordinal, comments);
    }

    private (string, string)? Select(int ordinal, bool comments)
    {
        Target = ordinal;
        Source = new DigestSource(ordinal, null, null, "", false, comments, 0);
        return null;
    }

    // "#xpointer(id('x'))", with quotation marks of either kind.
    private static string? IdOfPointer(string uri)
    {
        var inside = uri["#xpointer(id(".Length..];
        if (!inside.EndsWith("))", StringComparison.Ordinal) || inside.Length < 5) return null;
        inside = inside[..^2];
        return inside[0] is '\'' or '"' && inside[^1] == inside[0] && !inside[1..^1].Contains(inside[0], StringComparison.Ordinal) ? inside[1..^1] : null;
    }

    private (string, string)? ResolveOutside(string uri, VerificationRequest request)
    {
        if (!request.Contents.TryGetValue(uri, out var content)) return (SignatureRules.ReferenceExternal, $"what {Shown(uri)} names is not here, and nothing is fetched");
        Source = new DigestSource(0, uri, null, "", false, true, 0);
        if (content.Open is not null) return null;
        if (Reference.Transforms.Count > 0 || content.Hash != Reference.Digest.Hash) return (SignatureRules.ReferenceExternal, $"only a digest of another form is known of what {Shown(uri)} names");
        KnownDigest = content.Digest;
        return null;
    }

    // A node-set is filtered, becomes octets once, and stays octets.
    private (string, string)? Transform(SignatureModel signature)
    {
        var isNodes = Target is not null;
        var isDone = false;
        foreach (var transform in Reference.Transforms)
        {
            if (transform.BrokenRule is { } rule) return (rule, $"the transform {Shown(transform.Uri)} is not carried out");
            var fits = transform.Kind switch
            {
                TransformKind.Enveloped or TransformKind.WithoutSignatures => isNodes,
                TransformKind.Base64 => !isDone && Source.LeftOut == 0,
                _ => !isDone,
            };
            if (!fits) return (SignatureRules.Transform, $"the transform {Shown(transform.Uri)} cannot stand where it stands");
            switch (transform.Kind)
            {
                case TransformKind.Enveloped when Source.LeftOut == 0:
                    Source = Source with { LeftOut = signature.Ordinal };
                    break;
                case TransformKind.WithoutSignatures:
                    Source = Source with { LeftOut = DigestSource.EverySignature };
                    break;
                case TransformKind.Base64:
                    (Source, isNodes, isDone) = (Source with { IsBase64 = true }, false, true);
                    break;
                case TransformKind.Canonical:
                    (Source, isNodes, isDone) = (Source with { Method = transform.Method, Prefixes = transform.Prefixes }, false, true);
                    break;
            }
        }

        // XML-DSig 1.1 section 4.4.3.2: nodes that are left become octets by Canonical XML 1.0.
        if (isNodes) Source = Source with { Method = CanonicalizationMethod.Inclusive };
        return null;
    }
}
