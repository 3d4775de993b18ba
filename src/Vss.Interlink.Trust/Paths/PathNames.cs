using Vss.Interlink.Trust.Verification;

namespace Vss.Interlink.Trust.Paths;

/// <summary>
/// Names that an authority excluded: RFC 5280 section 4.2.1.10. The platform looks at these too, but compares distinguished names without the preparation of section 7.1 beyond ASCII, takes
/// a wildcard for a label and does not take addresses apart. What stands here can only refuse more.
/// </summary>
internal static class PathNames
{
    private const string Remedy = "Use a certificate whose names its authorities may certify.";

    public static bool Check(IReadOnlyList<PathCertificate> path, PathRequest request, Ladder ladder)
    {
        for (var index = path.Count - 1; index > 0; index--)
        {
            if (path[index].Constraints is not { } constraints) continue;
            for (var below = index - 1; below >= 0; below--)
            {
                if (below > 0 && path[below].IsSelfIssued) continue;
                if (Problem(path[below], constraints) is { } problem) return ladder.Fail(Rules.ChainNames, PathValidator.At(below, path.Count), problem, Remedy);
            }

            if (request.DnsName?.TrimEnd('.') is { } host && constraints.ExcludedDns.Any(excluded => IsWithin(host, excluded.TrimStart('.'))))
                return ladder.Fail(Rules.ChainNames, "certificate", "an authority on the path excludes the host that is asked for", Remedy);
        }

        return true;
    }

    private static string? Problem(PathCertificate certificate, NameConstraints constraints)
    {
        var directories = certificate.Subject.Length == 0 ? certificate.DirectoryNames : certificate.DirectoryNames.Prepend(certificate.Subject);
        if (directories.Any(name => constraints.ExcludedDirectories.Any(excluded => name.StartsWith(excluded, StringComparison.Ordinal)))) return "an authority on the path excludes its distinguished name";
        if (!constraints.HasUris) return null;
        foreach (var address in certificate.Addresses)
        {
            // "If a constraint is applied ... and a subsequent certificate includes a ... URI that does not include an authority component with a host name ... then the application MUST reject."
            if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || uri.HostNameType != UriHostNameType.Dns) return "an address in it has no host name, and an authority on the path constrains those";
            if (constraints.ExcludedUris.Any(excluded => excluded.StartsWith('.') ? IsBelow(uri.IdnHost, excluded[1..]) : string.Equals(uri.IdnHost, excluded, StringComparison.OrdinalIgnoreCase))) return "an authority on the path excludes the host of an address in it";
        }

        return null;
    }

    private static bool IsWithin(string host, string constraint) => constraint.Length == 0 || string.Equals(host, constraint, StringComparison.OrdinalIgnoreCase) || IsBelow(host, constraint);

    private static bool IsBelow(string host, string constraint) => host.Length > constraint.Length && host[^(constraint.Length + 1)] == '.' && host.EndsWith(constraint, StringComparison.OrdinalIgnoreCase);
}

/// <summary>Of the extension of RFC 5280 section 4.2.1.10 what <see cref="PathNames"/> looks at.</summary>
/// <param name="ExcludedDirectories">By <see cref="NameForm"/>.</param>
/// <param name="ExcludedDns">As they stand.</param>
/// <param name="ExcludedUris">Hosts, those below with a dot in front.</param>
/// <param name="HasUris">Whether addresses are constrained at all, permitted or excluded.</param>
internal sealed record NameConstraints(IReadOnlyList<string> ExcludedDirectories, IReadOnlyList<string> ExcludedDns, IReadOnlyList<string> ExcludedUris, bool HasUris);
