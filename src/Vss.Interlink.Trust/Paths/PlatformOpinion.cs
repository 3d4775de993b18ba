using System.Security.Cryptography.X509Certificates;
using Vss.Interlink.Trust.Verification;

namespace Vss.Interlink.Trust.Paths;

/// <summary>
/// The second opinion on a path that was found good: the platform's X509Chain, which is OpenSSL's. A refusal of its stands, but for those that are known to be contrary to RFC 5280, each of
/// which is named here and was judged by the rules of this folder first:
/// <list type="bullet">
/// <item>It finds an issuer by name, without the preparation of section 7.1 beyond ASCII, and by the authority key identifier, which for section 4.2.1.1 is a help and no condition; and of two
/// of one name it takes one without looking whose key signed. At such a link it is shown the path in two stretches, and the signature between them is ours alone.</item>
/// <item>For the same reason it does not know some self-issued certificates as such, which it counts towards path lengths, and finds some names outside of permitted subtrees.</item>
/// <item>It holds a common name to constraints on hosts, which section 4.2.1.10 lays upon alternative names alone.</item>
/// <item>It does not process the qualified certificate statements of RFC 3739, which may be critical.</item>
/// <item>It leaves out the last second of a life (section 4.1.2.5), and takes an anchor that is not self-signed for the end of a path that lacks its root (section 6.1.1 (d)).</item>
/// </list>
/// </summary>
internal static class PlatformOpinion
{
    private const string Remedy = "Use a certificate and intermediates that follow RFC 5280.";

    public static bool Check(IReadOnlyList<PathCertificate> path, PathRequest request, Ladder ladder)
    {
        for (var start = 0; start < path.Count;)
        {
            using var chain = Build([.. path.Skip(start)], request);
            var elements = chain.ChainElements;
            var followed = 0;
            while (followed < elements.Count && start + followed < path.Count && elements[followed].Certificate.RawDataMemory.Span.SequenceEqual(path[start + followed].Certificate.RawDataMemory.Span)) followed++;
            var isWhole = start + followed == path.Count && followed == elements.Count;
            if (followed == 0 || (!isWhole && (start + followed >= path.Count || !IsBlindTo(path, start + followed - 1))))
                return ladder.Fail(Rules.Chain, PathValidator.At(start, path.Count), "the platform finds no such path to the anchor", Remedy);
            for (var index = 0; index < followed; index++)
            {
                var isEnd = index == followed - 1;
                foreach (var status in elements[index].ChainElementStatus)
                {
                    if (IsWrong(status.Status, path, start + index, isEnd, isBroken: !isWhole)) continue;
                    return ladder.Fail(RuleOf(status.Status), PathValidator.At(start + index, path.Count), $"{status.Status}", Remedy);
                }
            }

            start += followed;
        }

        return true;
    }

    // The platform is shown this path and no other certificate, so that it can go no other way than we did.
    private static X509Chain Build(IReadOnlyList<PathCertificate> path, PathRequest request)
    {
        var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(path[^1].Certificate);
        foreach (var between in path.Skip(1).SkipLast(1)) chain.ChainPolicy.ExtraStore.Add(between.Certificate);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.VerificationTime = request.Moment.UtcDateTime;
        chain.ChainPolicy.VerificationFlags = X509VerificationFlags.AllowUnknownCertificateAuthority;
        chain.Build(path[0].Certificate);
        return chain;
    }

    // Why it may not have gone on from a certificate to the next.
    private static bool IsBlindTo(IReadOnlyList<PathCertificate> path, int index)
    {
        var (certificate, issuer) = (path[index], path[index + 1]);
        return IsWrittenOtherwise(certificate.Certificate.IssuerName, issuer.Certificate.SubjectName)
            || certificate.PointsPast(issuer)
            || path.Where((_, other) => other != index + 1).Any(other => other.Subject == issuer.Subject);
    }

    private static bool IsWrong(X509ChainStatusFlags status, IReadOnlyList<PathCertificate> path, int index, bool isEnd, bool isBroken) => status switch
    {
        X509ChainStatusFlags.NotTimeValid => true,
        X509ChainStatusFlags.PartialChain or X509ChainStatusFlags.UntrustedRoot => isEnd,
        X509ChainStatusFlags.NotSignatureValid => isEnd && isBroken,   // by the key of the other issuer that it took
        X509ChainStatusFlags.HasNotSupportedCriticalExtension => path[index].HasCriticalStatements,
        X509ChainStatusFlags.InvalidBasicConstraints => path.Skip(1).Any(above => above.IsSelfIssued && IsWrittenOtherwise(above.Certificate.IssuerName, above.Certificate.SubjectName)),
        X509ChainStatusFlags.HasExcludedNameConstraint => IsCommonNameAsHost(path, index),
        X509ChainStatusFlags.HasNotPermittedNameConstraint => IsCommonNameAsHost(path, index)
            || (path.Any(above => above.Constraints?.Concerns(NameKind.Directory) == true) && path[index].DirectoryNames.Append(path[index].Subject).Any(name => !System.Text.Ascii.IsValid(name))),
        _ => false,
    };

    private static bool IsCommonNameAsHost(IReadOnlyList<PathCertificate> path, int index) => index == 0 && !path[0].DnsNames.Any() && path.Any(above => above.Constraints?.Concerns(NameKind.Host) == true);

    // Equal for us, or they would not stand next to each other.
    private static bool IsWrittenOtherwise(X500DistinguishedName issuer, X500DistinguishedName subject) => !issuer.RawData.AsSpan().SequenceEqual(subject.RawData);

    private static string RuleOf(X509ChainStatusFlags status) => status switch
    {
        X509ChainStatusFlags.NotSignatureValid or X509ChainStatusFlags.PartialChain or X509ChainStatusFlags.UntrustedRoot => Rules.Chain,
        X509ChainStatusFlags.HasNotSupportedCriticalExtension or X509ChainStatusFlags.InvalidExtension => Rules.ChainExtension,
        X509ChainStatusFlags.HasNotPermittedNameConstraint or X509ChainStatusFlags.HasExcludedNameConstraint or X509ChainStatusFlags.HasNotDefinedNameConstraint
            or X509ChainStatusFlags.HasNotSupportedNameConstraint or X509ChainStatusFlags.InvalidNameConstraints => Rules.ChainNames,
        _ => Rules.ChainConstraints,
    };
}
