using Vss.Interlink.Trust.Verification;

namespace Vss.Interlink.Trust.Paths;

/// <summary>
/// Names that the authorities of a path may certify: RFC 5280 section 6.1.3 (b) and (c). The platform looks at these too, but takes common names for hosts, compares distinguished names
/// without the preparation of section 7.1 beyond ASCII, and does not take addresses apart.
/// </summary>
internal static class PathNames
{
    private const string Remedy = "Use a certificate whose names its authorities may certify.";
    private const int MaxComparisons = 1 << 20;

    public static bool Check(IReadOnlyList<PathCertificate> path, PathRequest request, Ladder ladder)
    {
        var comparisons = 0L;
        for (var index = path.Count - 1; index > 0; index--)
        {
            if (path[index].Constraints is not { } constraints) continue;
            for (var below = index - 1; below >= 0; below--)
            {
                if (below > 0 && path[below].IsSelfIssued) continue;
                if ((comparisons += (long)constraints.Count * (path[below].AlternativeNames.Count + 1)) > MaxComparisons) return ladder.Fail(Rules.ChainNames, "path", "there are too many names and constraints", Remedy);
                if (NamesOf(path[below]).Select(constraints.Problem).FirstOrDefault(problem => problem is not null) is { } broken) return ladder.Fail(Rules.ChainNames, PathValidator.At(below, path.Count), broken, Remedy);
            }

            // A wildcard may stand for an excluded host; it is that host then which is held to the constraint.
            if (request.DnsName is { } host && constraints.Excludes(host)) return ladder.Fail(Rules.ChainNames, "certificate", "an authority on the path excludes the host that is asked for", Remedy);
        }

        return true;
    }

    // The subject where it is not empty, the alternative names, and mailboxes in the subject, to which constraints must be applied where there is no alternative name and may be otherwise.
    private static IEnumerable<PathName> NamesOf(PathCertificate certificate)
    {
        IEnumerable<PathName> subject = certificate.Subject.Length == 0 ? [] : [new(NameKind.Directory, certificate.Subject, default)];
        return [.. subject, .. certificate.SubjectMailboxes.Select(mailbox => new PathName(NameKind.Mailbox, mailbox, default)), .. certificate.AlternativeNames];
    }
}
