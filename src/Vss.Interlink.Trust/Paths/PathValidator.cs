using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Vss.Interlink.Trust.Certificates;
using Vss.Interlink.Trust.Policy;
using Vss.Interlink.Trust.Revocation;
using Vss.Interlink.Trust.Verification;
using Vss.Interlink.XmlSecurity.Signatures;

namespace Vss.Interlink.Trust.Paths;

/// <summary>
/// Judges a certificate at one moment: RFC 5280 section 6 and the building block of EN 319 102-1 section 5.2.6. Signatures, names, times, basic constraints, path lengths, name
/// constraints and critical extensions are the platform's (OpenSSL); what it does not do stands here: several candidate paths, anchors that are not self-signed, policies,
/// algorithms, usages along the path, and revocation. Absence of an answer refuses.
/// </summary>
/// <param name="store">Anchors and what is at hand.</param>
/// <param name="sent">Certificates that came with what is judged. They help to find a path and are trusted for nothing.</param>
internal sealed class PathValidator(TrustStore store, IReadOnlyCollection<X509Certificate2> sent)
{
    private const int MaxTries = 400;   // signatures of lists and answers; what comes along is a stranger's choice, and each can ask for more of them
    private int _tries;

    // Not needed for what was judged before.
    private PathBuilder Builder => field ??= new PathBuilder(store.Index, sent);

    /// <summary>Adds the rungs of the path that is good, or of the one that came furthest; false when none is good.</summary>
    public bool Validate(X509Certificate2 certificate, PathRequest request, Ladder ladder) => Validate(certificate, request, ladder, out _);

    /// <inheritdoc cref="Validate(X509Certificate2, PathRequest, Ladder)"/>
    /// <param name="certificate">The certificate.</param>
    /// <param name="request">What is asked.</param>
    /// <param name="ladder">Gets the rungs.</param>
    /// <param name="path">The path that is good, from the certificate to its anchor; else empty.</param>
    public bool Validate(X509Certificate2 certificate, PathRequest request, Ladder ladder, out IReadOnlyList<PathCertificate> path)
    {
        path = [];
        // A time that a stamp proves belongs to one document, and is not asked for again.
        var key = request.ProvedAt is null ? PassedPaths.KeyOf(certificate, sent, request with { MadeAfter = null, Proofs = null }) : null;   // where nothing is proved, neither changes what is good
        if (key is not null && store.Passed.Find(key, request.Now) is { } passed)
        {
            path = passed.Path;
            ladder.Append(passed.Rungs);
            return true;
        }

        try
        {
            var own = new Ladder();
            var isGood = Search(certificate, request, own, out path);
            ladder.Append(own);
            if (isGood && key is not null) store.Passed.Keep(key, new(request.Now, PathWindow.EndOf(path, store, Builder, request), path, own.Steps));
            return isGood;
        }
        catch (CryptographicException)
        {
            // The platform decodes the parts of a certificate when they are asked for, so a broken one shows anywhere on the way.
            return ladder.Fail(Rules.Token, "certificate", "a part of the certificate cannot be decoded", "Use a well-formed X.509 certificate (RFC 5280).");
        }
    }

    private bool Search(X509Certificate2 certificate, PathRequest request, Ladder ladder, out IReadOnlyList<PathCertificate> path)
    {
        path = [];
        if (PathCertificate.TryRead(certificate) is not { } leaf)
            return ladder.Fail(Rules.Token, "certificate", "a part of the certificate cannot be decoded", "Use a well-formed X.509 certificate (RFC 5280).");
        if (!Key(leaf, request, ladder)) return false;
        var rule = OutOfLife(leaf, request);
        if (!ladder.Check(leaf.IsValidAt(request.Moment), rule, "certificate", "valid at this time",
                $"valid from {Times.Iso(certificate.NotBefore)} to {Times.Iso(certificate.NotAfter)}, {(rule == Rules.Expired ? $"and what it signed was made after {Times.Iso(request.MadeAfter)}" : $"judged at {Times.Iso(request.Moment)}")}", "Use a certificate that is valid at that time."))
        {
            return false;
        }

        Ladder? furthest = null;
        foreach (var candidate in Builder.PathsOf(leaf, request.Moment))
        {
            var rungs = new Ladder();
            if (IsGood(candidate, request, rungs))
            {
                ladder.Append(rungs);
                path = candidate;
                return true;
            }

            if (furthest is null || rungs.Count > furthest.Count) furthest = rungs;
        }

        if (furthest is null)
        {
            return ladder.Fail(Rules.Chain, "certificate", store.Anchors.Count == 0 ? "no trust anchor is at hand" : "no path leads to a trust anchor",
                "Use a certificate below an anchor agreed with the hub and send its intermediates.");
        }

        ladder.Append(furthest);
        return false;
    }

    // The rule that is broken when the certificate was not valid. EN 319 102-1 section 5.1.3: final where it is proved that the signature was made after the certificate's life, or was there before it; else nothing is known of when it was made.
    private static string OutOfLife(PathCertificate leaf, PathRequest request) =>
        request.ProvedAt < leaf.NotBefore ? Rules.NotYetValid : request.MadeAfter is { } made && made > leaf.NotBefore && !leaf.IsValidAt(made) ? Rules.Expired : Rules.Validity;

    // An authority's certificate that cannot be decoded spoils its own path, not the others.
    private bool IsGood(IReadOnlyList<PathCertificate> path, PathRequest request, Ladder ladder)
    {
        try
        {
            return Judge(path, request, ladder);
        }
        catch (CryptographicException)
        {
            return ladder.Fail(Rules.Chain, "path", "a part of a certificate on the path cannot be decoded", "Use well-formed X.509 certificates (RFC 5280).");
        }
    }

    /// <summary>Whether one more signature may be tried.</summary>
    internal bool Spend() => _tries++ < MaxTries;

    /// <summary>Whether a certificate that signs lists in place of an authority is good, below the same anchor as what it is asked about (RFC 5280 section 6.3.3 (f)).</summary>
    internal bool IsGood(PathCertificate signer, PathCertificate anchor, PathRequest request, int level)
    {
        var own = request with { Purpose = CertificatePurpose.Any, Policies = PolicyRequest.None, DnsName = null, MaxIntermediates = int.MaxValue };
        return signer.IsValidAt(request.Moment) && Builder.PathsOf(signer, request.Moment).Any(path => path[^1].IsSame(anchor) && Judge(path, own, new Ladder(), level));
    }

    /// <summary>Adds the rungs of one path.</summary>
    internal bool Judge(IReadOnlyList<PathCertificate> path, PathRequest request, Ladder ladder, int level = 0) =>
        ByPlatform(path, request, ladder)
        && Anchor(path[^1], request, ladder)
        && ladder.Check(path.Count - 2 <= request.MaxIntermediates, Rules.Chain, "path", $"{path.Count} certificates", $"{path.Count - 2} certificates stand between, at most {request.MaxIntermediates} may", "Use a shorter path.")
        && PathNames.Check(path, request, ladder)
        && Algorithms(path, request, ladder)
        && Policies(path, request, ladder)
        && PathUsage.Check(path, request, ladder)
        && (request.Revocation is RevocationRule.NotChecked || new RevocationJudge(store, Builder, request, this, level).Check(path, ladder));

    // One entry that trusts it for this suffices.
    private bool Anchor(PathCertificate anchor, PathRequest request, Ladder ladder)
    {
        var entries = store.TrustAnchors.Where(entry => entry.Certificate.RawDataMemory.Span.SequenceEqual(anchor.Certificate.RawDataMemory.Span)).ToList();
        var good = entries.Find(entry => entry.Refuses(request.Purpose, request.Moment) is null);
        return ladder.Check(good is not null, Rules.Anchor, "anchor", $"trusted by {good?.Provenance}", entries.Count > 0 ? entries[0].Refuses(request.Purpose, request.Moment) ?? "" : "",
            "Use a certificate below an anchor that is trusted for this, or have the anchor's description changed.");
    }

    // The platform is shown this path and no other certificate, so that it can go no other way than we did.
    private static bool ByPlatform(IReadOnlyList<PathCertificate> path, PathRequest request, Ladder ladder)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(path[^1].Certificate);
        foreach (var between in path.Skip(1).SkipLast(1)) chain.ChainPolicy.ExtraStore.Add(between.Certificate);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.VerificationTime = request.Moment.UtcDateTime;
        // An anchor may be any certificate (RFC 5280 section 6.1.1 (d)); for the platform one that is not self-signed is a path that ends too early, which is looked at below.
        chain.ChainPolicy.VerificationFlags = X509VerificationFlags.AllowUnknownCertificateAuthority;
        chain.Build(path[0].Certificate);
        var elements = chain.ChainElements;
        var isWhole = elements.Count == path.Count && path[^1].Certificate.RawDataMemory.Span.SequenceEqual(elements[^1].Certificate.RawDataMemory.Span);
        for (var index = 0; index < elements.Count; index++)
        {
            foreach (var status in elements[index].ChainElementStatus)
            {
                if (status.Status is X509ChainStatusFlags.NotTimeValid) continue;   // looked at below: the platform leaves out the last second of a life (RFC 5280 section 4.1.2.5)
                if (isWhole && index == elements.Count - 1 && status.Status is X509ChainStatusFlags.PartialChain or X509ChainStatusFlags.UntrustedRoot) continue;
                return ladder.Fail(RuleOf(status.Status), At(index, elements.Count), $"{status.Status}", "Use a certificate and intermediates that follow RFC 5280.");
            }
        }

        for (var index = 0; index < path.Count; index++)
        {
            if (!path[index].IsValidAt(request.Moment)) return ladder.Fail(RuleOf(X509ChainStatusFlags.NotTimeValid), At(index, path.Count), $"valid from {Times.Iso(path[index].NotBefore)} to {Times.Iso(path[index].NotAfter)}, judged at {Times.Iso(request.Moment)}", "Use certificates that are valid at that time.");
        }

        return ladder.Check(isWhole, Rules.Chain, "certificate", $"a path of {path.Count} certificates leads to an anchor", "no path leads to a trust anchor", "Use a certificate below an anchor agreed with the hub and send its intermediates.");
    }

    private static string RuleOf(X509ChainStatusFlags status) => status switch
    {
        X509ChainStatusFlags.NotTimeValid => Rules.ChainValidity,
        X509ChainStatusFlags.NotSignatureValid or X509ChainStatusFlags.PartialChain or X509ChainStatusFlags.UntrustedRoot => Rules.Chain,
        X509ChainStatusFlags.HasNotSupportedCriticalExtension or X509ChainStatusFlags.InvalidExtension => Rules.ChainExtension,
        X509ChainStatusFlags.HasNotPermittedNameConstraint or X509ChainStatusFlags.HasExcludedNameConstraint or X509ChainStatusFlags.HasNotDefinedNameConstraint
            or X509ChainStatusFlags.HasNotSupportedNameConstraint or X509ChainStatusFlags.InvalidNameConstraints => Rules.ChainNames,
        _ => Rules.ChainConstraints,
    };

    private static bool Algorithms(IReadOnlyList<PathCertificate> path, PathRequest request, Ladder ladder)
    {
        if (!Key(path[0], request, ladder, At(0, path.Count))) return false;

        // The anchor is trusted for what it is; its signature under itself says nothing.
        for (var index = 0; index + 1 < path.Count; index++)
        {
            var method = path[index].Method;
            if (!method.IsKnown || !method.PolicyNames.All(request.Algorithms.Admits))
            {
                return ladder.Fail(Rules.ChainAlgorithm, At(index, path.Count), $"it is signed by {method.Oid}{(method.IsSha1 ? " (SHA-1)" : "")}, which policy {request.Algorithms.Name} does not admit",
                    "Have it issued with SHA-256 or better.");
            }

            if (!AlgorithmDates.Check(request.Algorithms, method.PolicyNames, request.Moment, At(index, path.Count), ladder)) return false;
            if (!Key(path[index + 1], request, ladder, At(index + 1, path.Count))) return false;
        }

        return ladder.Pass(Rules.ChainAlgorithm, "path", $"algorithms and keys are those of policy {request.Algorithms.Name}");
    }

    private static bool Key(PathCertificate certificate, PathRequest request, Ladder ladder, string? at = null)
    {
        var key = PublicKeys.Describe(SignatureMethod.InfoOf(certificate.Certificate.PublicKey));
        var fits = key is { } known && request.Algorithms.NameOfKey(known.IsRsa, known.Bits) is not null;
        var found = key is { } kind ? $"{(kind.IsRsa ? "RSA" : "ECDSA")}, {kind.Bits} bits" : "of another kind";
        if (fits && !AlgorithmDates.Check(request.Algorithms, [request.Algorithms.NameOfKey(key!.Value.IsRsa, key.Value.Bits)!], request.Moment, at ?? "certificate", ladder)) return false;
        if (fits) return at is not null || ladder.Pass(Rules.Key, "certificate", found);
        return ladder.Fail(Rules.Key, at ?? "certificate", $"the key is {found}; an RSA key of at least {request.Algorithms.MinRsaBits} bits or a key on P-256, P-384 or P-521 is required",
            "Have a certificate issued for an RSA key of 2048 bits or more, or for one on a NIST curve.");
    }

    private static bool Policies(IReadOnlyList<PathCertificate> path, PathRequest request, Ladder ladder)
    {
        var graph = new PolicyGraph(path.Count - 1, request.Policies);
        for (var index = path.Count - 2; index >= 0; index--)
        {
            var broken = graph.Enter(path[index], isLast: index == 0) ?? (index == 0 ? graph.Complete(path[0], request.Policies.Acceptable) : graph.Prepare(path[index]));
            if (broken is not null) return ladder.Fail(Rules.ChainPolicy, At(index, path.Count), broken, "Use a certificate issued under a policy that is accepted.");
        }

        return ladder.Pass(Rules.ChainPolicy, "path", "certificate policies are kept along the path");
    }

    internal static string At(int index, int count) => index == 0 ? "certificate" : index == count - 1 ? "anchor" : $"issuer {index}";
}
