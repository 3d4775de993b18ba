using System.Text;

namespace Vss.Interlink.XmlSecurity.Canonical;

/// <summary>
/// Joins xml:base values as Canonical XML 1.1 section 2.4 does: RFC 3986 section 5.2 with a base that may be relative, a reference whose fragment is
/// dropped, and a result that keeps leading <c>../</c>.
/// </summary>
internal static class XmlBase
{
    /// <summary>The reference as seen from where <paramref name="outer"/> was seen from.</summary>
    public static string Join(string outer, string inner)
    {
        var (base_, reference) = (Parts.Of(outer), Parts.Of(inner));
        if (reference.Scheme is not null) return (reference with { Path = WithoutDots(reference.Path) }).ToString();
        if (reference.Authority is not null) return (reference with { Scheme = base_.Scheme, Path = WithoutDots(reference.Path) }).ToString();
        if (reference.Path.Length == 0) return (base_ with { Path = WithTrailingSlash(base_.Path), Query = reference.Query ?? base_.Query }).ToString();
        var path = reference.Path[0] == '/' ? reference.Path : Merged(base_, reference.Path);
        return (base_ with { Path = WithoutDots(path), Query = reference.Query }).ToString();
    }

    /// <summary>The modified remove_dot_segments; appendix A has a table of examples.</summary>
    public static string WithoutDots(string path)
    {
        List<string> kept = [];
        var isAbsolute = path.StartsWith('/');
        var segments = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        foreach (var segment in segments)
        {
            if (segment == ".") continue;
            if (segment != "..") kept.Add(segment);
            else if (kept.Count > 0 && kept[^1] != "..") kept.RemoveAt(kept.Count - 1);
            else if (!isAbsolute) kept.Add("..");
        }

        var endsInDirectory = path.EndsWith('/') || (segments.Length > 0 && segments[^1] is "." or "..");
        var result = new StringBuilder(isAbsolute ? "/" : "").AppendJoin('/', kept);
        if (kept.Count > 0 && endsInDirectory) result.Append('/');
        return result.ToString();
    }

    // RFC 3986 section 5.2.3.
    private static string Merged(Parts base_, string path)
    {
        if (base_.Authority is not null && base_.Path.Length == 0) return "/" + path;
        var outer = WithTrailingSlash(base_.Path);
        return outer[..(outer.LastIndexOf('/') + 1)] + path;
    }

    private static string WithTrailingSlash(string path) => path == ".." || path.EndsWith("/..", StringComparison.Ordinal) ? path + "/" : path;

    // RFC 3986 appendix B, without the fragment.
    private readonly record struct Parts(string? Scheme, string? Authority, string Path, string? Query)
    {
        public static Parts Of(string reference)
        {
            var rest = reference.Split('#', 2)[0];
            var colon = rest.AsSpan().IndexOfAny(":/?");
            var scheme = colon > 0 && rest[colon] == ':' ? rest[..colon] : null;
            if (scheme is not null) rest = rest[(colon + 1)..];
            string? authority = null;
            if (rest.StartsWith("//", StringComparison.Ordinal))
            {
                var end = rest.AsSpan(2).IndexOfAny("/?") is var found and >= 0 ? found + 2 : rest.Length;
                (authority, rest) = (rest[2..end], rest[end..]);
            }

            var question = rest.IndexOf('?', StringComparison.Ordinal);
            return question < 0 ? new Parts(scheme, authority, rest, null) : new Parts(scheme, authority, rest[..question], rest[(question + 1)..]);
        }

        public override string ToString() =>
            $"{(Scheme is null ? "" : Scheme + ":")}{(Authority is null ? "" : "//" + Authority)}{Path}{(Query is null ? "" : "?" + Query)}";
    }
}
