using System.Security.Cryptography.X509Certificates;
using Vss.Interlink.Trust.Verification;

namespace Vss.Interlink.Trust.Paths;

/// <summary>
/// What RFC 5280 section 6.1 asks of each certificate of a path without looking at the others' contents: its time, that authorities are such and issue no deeper than they may, and that
/// every critical extension is one that is processed. The anchor is outside the path (section 6.1.1 (d)); of it only the time and the path length are looked at here.
/// </summary>
internal static class PathRules
{
    private const string Remedy = "Use a certificate and intermediates that follow RFC 5280.";

    public static bool Check(IReadOnlyList<PathCertificate> path, PathRequest request, Ladder ladder)
    {
        var between = 0;   // authorities so far that are not self-issued
        for (var index = 0; index < path.Count; index++)
        {
            var (certificate, at) = (path[index], PathValidator.At(index, path.Count));
            if (!certificate.IsValidAt(request.Moment))
                return ladder.Fail(Rules.ChainValidity, at, $"valid from {Times.Iso(certificate.NotBefore)} to {Times.Iso(certificate.NotAfter)}, judged at {Times.Iso(request.Moment)}", "Use certificates that are valid at that time.");
            if (index + 1 == path.Count)
            {
                // Whoever trusts an anchor as its certificate stands trusts it no further than it says (RFC 5937).
                if (certificate.PathLength < between) return ladder.Fail(Rules.ChainConstraints, at, $"{between} authorities stand below it, at most {certificate.PathLength} may", Remedy);
                break;
            }

            if (certificate.Unprocessed is { } extension) return ladder.Fail(Rules.ChainExtension, at, $"its critical extension {extension} is not understood (RFC 5280 section 4.2)", Remedy);
            if (index == 0) continue;
            if (Problem(certificate, between) is { } problem) return ladder.Fail(Rules.ChainConstraints, at, problem, Remedy);
            if (!certificate.IsSelfIssued) between++;
        }

        return ladder.Pass(Rules.Chain, "certificate", $"a path of {path.Count} certificates leads to an anchor");
    }

    /// <summary>Why a certificate may not issue the one below it: section 6.1.4 (k) to (n). Null when it may.</summary>
    /// <param name="certificate">The authority.</param>
    /// <param name="between">Authorities between it and the last certificate of the path, those that are self-issued not counted.</param>
    public static string? Problem(PathCertificate certificate, int between)
    {
        if (!certificate.IsThirdVersion || !certificate.IsAuthority) return "its basic constraints do not say that it is an authority's";
        if (certificate.PathLength < between) return $"{between} authorities stand below it, at most {certificate.PathLength} may";
        return certificate.KeyUsage is { } usage && !usage.HasFlag(X509KeyUsageFlags.KeyCertSign) ? "its key usage does not allow it to sign certificates" : null;
    }
}
