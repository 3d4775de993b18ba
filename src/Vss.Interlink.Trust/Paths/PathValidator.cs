using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Vss.Interlink.Trust.Certificates;
using Vss.Interlink.Trust.Policy;
using Vss.Interlink.Trust.Revocation;
using Vss.Interlink.Trust.Verification;
using Vss.Interlink.XmlSecurity.Signatures;

namespace Vss.Interlink.Trust.Paths;

/// <summary>
/// Judges a certificate at one moment: RFC 5280 section 6 and the building block of EN 319 102-1 section 5.2.6. The rules of section 6.1 are this folder's, on each candidate path from
/// what is cheap to what is dear; a path that keeps them is shown to the platform too (<see cref="PlatformOpinion"/>), and last its revocation is asked for. Absence of an answer refuses.
/// </summary>
/// <param name="store">Anchors and what is at hand.</param>
/// <param name="sent">Certificates that came with what is judged. They help to find a path and are trusted for nothing.</param>
internal sealed class PathValidator(TrustStore store, IReadOnlyCollection<X509Certificate2> sent)
{
    private const int MaxTries = 400;   // signatures of lists and answers; what comes along is a stranger's choice, and each can ask for more of them
    private const int MaxWhole = 256;   // paths that keep the rules and are judged to the end
    private int _tries;
    private int _whole;

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
        PathRules.Check(path, request, ladder)
        && Anchor(path[^1], request, ladder)
        && ladder.Check(path.Count - 2 <= request.MaxIntermediates, Rules.Chain, "path", $"{path.Count} certificates", $"{path.Count - 2} certificates stand between, at most {request.MaxIntermediates} may", "Use a shorter path.")
        && PathNames.Check(path, request, ladder)
        && Algorithms(path, request, ladder)
        && Policies(path, request, ladder)
        && PathUsage.Check(path, request, ladder)
        && (_whole++ < MaxWhole || ladder.Fail(Rules.Chain, "path", "there are too many paths to try", "Send fewer certificates."))
        && Signatures(path, ladder)
        && PlatformOpinion.Check(path, request, ladder)
        && (request.Revocation is RevocationRule.NotChecked || new RevocationJudge(store, Builder, request, this, level).Check(path, ladder));

    // One entry that trusts it for this suffices.
    private bool Anchor(PathCertificate anchor, PathRequest request, Ladder ladder)
    {
        var entries = store.TrustAnchors.Where(entry => entry.Certificate.RawDataMemory.Span.SequenceEqual(anchor.Certificate.RawDataMemory.Span)).ToList();
        var good = entries.Find(entry => entry.Refuses(request.Purpose, request.Moment) is null);
        return ladder.Check(good is not null, Rules.Anchor, "anchor", $"trusted by {good?.Provenance}", entries.Count > 0 ? entries[0].Refuses(request.Purpose, request.Moment) ?? "" : "",
            "Use a certificate below an anchor that is trusted for this, or have the anchor's description changed.");
    }

    // The search goes on from a key that cannot be computed with, so that it is named above; nothing gets past here that was not verified.
    private static bool Signatures(IReadOnlyList<PathCertificate> path, Ladder ladder)
    {
        for (var index = 0; index + 1 < path.Count; index++)
        {
            if (!path[index].IsSignedBy(path[index + 1])) return ladder.Fail(Rules.Chain, At(index, path.Count), "its signature is not by the key of the certificate above it", "Use well-formed X.509 certificates (RFC 5280).");
        }

        return true;
    }

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
        var fits = key is { } known && RsaNumbers.AreSound(certificate.Certificate.PublicKey) && request.Algorithms.NameOfKey(known.IsRsa, known.Bits) is not null;
        var found = key is not null && !RsaNumbers.AreSound(certificate.Certificate.PublicKey) ? "of numbers that are no RSA key's" : key is { } kind ? $"{(kind.IsRsa ? "RSA" : "ECDSA")}, {kind.Bits} bits" : "of another kind";
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
