using System.Formats.Asn1;
using Vss.Interlink.Trust.Certificates;
using Vss.Interlink.Trust.Paths;
using Vss.Interlink.Trust.Policy;
using Vss.Interlink.Trust.Verification;

namespace Vss.Interlink.Trust.Revocation;

/// <summary>
/// Whether the certificates of a path were revoked at the moment that matters, by the lists and OCSP answers that are at hand: RFC 5280 section 6.3.3 and RFC 6960 section 3.2. A
/// revocation stands in whatever state its source is; that there is none needs a source that was in force at that moment or was made later (EN 319 102-1 section 5.2.5, with the best-signature-time
/// for the time of validation as section 5.5.4 has it).
/// </summary>
/// <param name="store">Lists and answers.</param>
/// <param name="builder">Certificates of those who sign lists and answers.</param>
/// <param name="request">Times, algorithms and whether an answer must be.</param>
/// <param name="validator">Judges those who sign lists in place of an authority.</param>
/// <param name="level">How many of those stand above each other already.</param>
internal sealed class RevocationJudge(TrustStore store, PathBuilder builder, PathRequest request, PathValidator validator, int level)
{
    private const int MaxLevel = 2;
    private const int MaxLines = 16;         // of one answer about one certificate
    private const int MaxResponders = 32;
    private const string TooMuch = "there are too many lists, answers and certificates to try (use fewer)";

    private readonly Dictionary<(CertificateList List, int Index), string?> _untrusted = [];

    /// <summary>By how much a responder's clock may be ahead.</summary>
    public static TimeSpan Skew { get; } = TimeSpan.FromMinutes(5);

    /// <summary>Adds a rung for each certificate but the anchor, the authorities first.</summary>
    public bool Check(IReadOnlyList<PathCertificate> path, Ladder ladder)
    {
        for (var index = path.Count - 2; index >= 0; index--)
        {
            var at = PathValidator.At(index, path.Count);
            var found = StatusOf(path, index);
            switch (found.Kind)
            {
                case Kind.Revoked when index == 0 && !found.IsHold && request.MadeAfter > found.Since:
                    return ladder.Fail(Rules.RevokedBefore, at, $"{found.Detail}; what it signed was made after {Times.Iso(request.MadeAfter)}", "Sign with a certificate that is not revoked.");
                case Kind.Revoked:
                    return ladder.Fail(index == 0 ? Rules.Revoked : Rules.AuthorityRevoked, at, found.Detail, index == 0 ? "Sign with a certificate that is not revoked." : "Use a certificate of an authority that is not revoked.");
                case Kind.Good:
                    ladder.Pass(Rules.RevocationKnown, at, found.Detail);
                    break;
                case Kind.Unknown when request.Revocation is RevocationRule.IfAvailable:
                    ladder.Pass(Rules.RevocationKnown, at, $"not known, and not asked for: {found.Detail}");
                    break;
                default:
                    NoteLacks(path, index, ladder);
                    return ladder.Fail(Rules.RevocationKnown, at, found.Detail, "Fetch a fresh revocation list or OCSP answer of the issuer and try again.");
            }
        }

        return true;
    }

    /// <summary>Why an OCSP answer from elsewhere is of no use for the first certificate of a path; null when it is.</summary>
    public string? Objection(OcspAnswer answer, IReadOnlyList<PathCertificate> path)
    {
        if (Untrusted(answer, path, 0) is { } untrusted) return untrusted;
        if (answer.Lines.FirstOrDefault(line => line.IsOf(path[0], path[1])) is not { } line) return "the OCSP answer is of another certificate";
        if (line.ThisUpdate > Times.Plus(request.Now, Skew)) return "the OCSP answer is of a later time";
        return line.Status == OcspStatus.Unknown ? "the OCSP responder does not know the certificate" : Stale(line, answer, path[0]);
    }

    /// <summary>Why a list from elsewhere, complete or delta, is of no use for the first certificate of a path; null when it is.</summary>
    public string? Objection(CertificateList list, IReadOnlyList<PathCertificate> path)
    {
        if (PointsOf(path[0]) is not { } points || !points.Exists(point => IsFor(list, path[0], point))) return "the revocation list is not for this certificate";
        return Untrusted(list, path, 0) ?? (list.ThisUpdate > request.Now ? $"the revocation list is of a later time, {Times.Iso(list.ThisUpdate)}" : IsTimely(list) ? null : Ended(list));
    }

    // All of them, so that one round over the network can bring all.
    private void NoteLacks(IReadOnlyList<PathCertificate> path, int highest, Ladder ladder)
    {
        ladder.Want(Lack.OfStatus(path.Skip(highest)));
        for (var index = highest - 1; index >= 0; index--)
        {
            if (StatusOf(path, index).Kind is Kind.Unknown) ladder.Want(Lack.OfStatus(path.Skip(index)));
        }
    }

    private Status StatusOf(IReadOnlyList<PathCertificate> path, int index)
    {
        var byAnswer = ByAnswers(path, index);
        if (byAnswer is { Kind: Kind.Revoked, IsHold: false }) return byAnswer;
        var byList = ByLists(path, index);

        // A hold ends with the first newer word that is good (RFC 5280 section 5.3.1); every other revocation is for ever.
        if (byList is { Kind: Kind.Revoked, IsHold: true } && byAnswer.Kind is Kind.Good && byAnswer.Of > byList.Of) return byAnswer;
        if (byAnswer.Kind is Kind.Revoked) return byList.Kind is Kind.Revoked || (byList.Kind is Kind.Good && byList.Of > byAnswer.Of) ? byList : byAnswer;
        return byList.Kind is Kind.Revoked || byAnswer.Kind is not Kind.Good ? byList.Kind is Kind.Unknown && byAnswer.Detail.Length > 0 ? byAnswer : byList : byAnswer;
    }

    private Status ByAnswers(IReadOnlyList<PathCertificate> path, int index)
    {
        var (certificate, issuer) = (path[index], path[index + 1]);
        var (best, held, problem) = (default(Status?), default(Status?), "");
        foreach (var answer in store.AnswersAbout(certificate.Serial))
        {
            var own = answer.Lines.Where(line => line.IsOf(certificate, issuer)).Take(MaxLines).ToList();
            var untrusted = own.Count == 0 ? "" : Untrusted(answer, path, index);   // once, however often it speaks of the certificate
            foreach (var line in own)
            {
                if (untrusted is not null) problem = untrusted;
                else if (line.IsUnusable) problem = "the OCSP answer has a critical extension that is not understood";
                else if (line.Status == OcspStatus.Revoked && line.RevokedAt <= request.Moment)
                {
                    answer.Use(request.Now);
                    var revoked = new Status(Kind.Revoked, $"revoked at {Times.Iso(line.RevokedAt)}, reason {line.Reason}, by an OCSP answer") { Of = line.ThisUpdate, Since = line.RevokedAt, IsHold = line.Reason == RevokedEntry.Hold };
                    if (!revoked.IsHold) return revoked;
                    if (!(held?.Of > revoked.Of)) held = revoked;
                }
                else if (Stale(line, answer, certificate) is { } stale) problem = stale;
                else if (line.Status == OcspStatus.Unknown) problem = "the OCSP responder does not know the certificate";
                else
                {
                    answer.Use(request.Now);
                    if (!(best?.Of > line.ThisUpdate))
                        best = new(Kind.Good, $"not revoked at that time, by the OCSP answer of {Times.Iso(line.ThisUpdate)}, good until {Times.Iso(line.EndsAt)}{InGrace(line.EndsAt, line.ThisUpdate)}") { Of = line.ThisUpdate };
                }
            }
        }

        if (held is not null && !(best?.Of > held.Of)) return held;
        return best ?? new(Kind.Unknown, problem);
    }

    private string? Stale(OcspLine line, OcspAnswer answer, PathCertificate certificate)
    {
        var isInForce = line.StaleBy(request.Moment) <= request.RevocationGrace && line.EndsAt >= line.ThisUpdate;
        if (!isInForce && !IsOfLater(line.ThisUpdate)) return $"the OCSP answer is of {Times.Iso(line.ThisUpdate)} and ended at {Times.Iso(line.EndsAt)}{GraceOver}";
        var expired = certificate.NotAfter;
        return answer.ProducedAt > expired && !(line.ArchiveCutoff <= expired) ? "the OCSP answer was made after the certificate expired, and does not say that the responder still knew it" : null;
    }

    // RFC 6960 section 4.2.2.2: the authority itself, or whom it named with its own key.
    private string? Untrusted(OcspAnswer answer, IReadOnlyList<PathCertificate> path, int index)
    {
        var issuer = path[index + 1];
        if (answer.IsUnusable) return "the OCSP answer has a critical extension that is not understood";
        if (!IsAdmitted(answer.Method)) return $"the OCSP answer is signed by {answer.Method.Oid}, which policy {request.Algorithms.Name} does not admit";
        if (!validator.Spend()) return TooMuch;
        if (OutOfLife(issuer, answer.ProducedAt, answer.Der) is { } unproved) return $"the OCSP answer {unproved}";
        if (answer.IsSignedBy(issuer)) return null;
        var problem = "no certificate is at hand that signed the OCSP answer";
        var known = answer.ResponderName is { } name ? builder.Named(name) : builder.IssuedBy(issuer.Subject);
        foreach (var responder in answer.Certificates.Take(MaxResponders).Select(PathCertificate.TryRead).OfType<PathCertificate>().Concat(known))
        {
            if (!answer.IsNamedAs(responder)) continue;
            if (!validator.Spend()) return TooMuch;
            if (!answer.IsSignedBy(responder)) continue;
            problem = "the OCSP responder was not named by the certificate's issuer";
            if (responder.Issuer != issuer.Subject || !responder.IsSignedBy(issuer)) continue;
            var rungs = new Ladder();
            var own = request with { Purpose = CertificatePurpose.OcspSigning, Policies = PolicyRequest.None, DnsName = null, Revocation = RevocationRule.NotChecked, MaxIntermediates = int.MaxValue };
            if (IsOfLater(answer.ProducedAt)) own = own with { ProvedAt = answer.ProducedAt };   // responders' certificates are short: one that answers later began later
            problem = "the OCSP responder's certificate is not good for answers";
            if (responder.IsSame(path[index]) || !responder.IsValidAt(own.Moment) || !validator.Judge([responder, .. path.Skip(index + 1)], own, rungs, level)) continue;

            // Whether it is asked for is left to us where the certificate does not say "nocheck"; what is known counts.
            problem = "the OCSP responder's certificate is revoked";
            if (!responder.HasNoCheck && level < MaxLevel && Deeper().StatusOf([responder, .. path.Skip(index + 1)], 0).Kind is Kind.Revoked) continue;
            return null;
        }

        return problem;
    }

    private Status ByLists(IReadOnlyList<PathCertificate> path, int index)
    {
        var certificate = path[index];
        if (PointsOf(certificate) is not { } points) return new(Kind.Unknown, "the certificate's distribution points cannot be read");
        var (covered, problem, by, of) = (Reasons.None, "no revocation list or OCSP answer of the issuer is at hand", "", default(DateTimeOffset));
        foreach (var point in points)
        {
            foreach (var list in store.Lists.Where(list => list.BaseNumber is null && IsFor(list, certificate, point)).OrderByDescending(list => list.ThisUpdate).ThenByDescending(list => list.Number))
            {
                var reasons = list.Reasons & point.Reasons;
                if ((reasons & ~covered) == Reasons.None)
                {
                    // A newer list covers it all. But only a hold is ever lifted (sections 5.3.1 and 3.3): a revocation that a newer list leaves out still stands.
                    if (list.Find(certificate) is { Reason: not (RevokedEntry.RemoveFromList or RevokedEntry.Hold) } forgotten && IsBeforeMoment(forgotten) && Untrusted(list, path, index) is null)
                        return new(Kind.Revoked, $"revoked at {Times.Iso(forgotten.At)}, reason {forgotten.Reason}, by {list}, though a newer list leaves it out") { Of = list.ThisUpdate, Since = forgotten.At };
                    continue;
                }

                if (Untrusted(list, path, index) is { } untrusted)
                {
                    problem = untrusted;
                    continue;
                }

                // A revocation stands in whatever state its list is; that there is none needs one that is timely.
                var newest = DeltaOf(list, path, index, isTimely: false);
                var delta = newest is null || IsTimely(newest) ? newest : DeltaOf(list, path, index, isTimely: true);
                var (source, entry) = newest?.Find(certificate) is { Reason: not RevokedEntry.RemoveFromList } late ? (newest, late) : (delta ?? list, delta?.Find(certificate) ?? list.Find(certificate));
                list.Use(request.Now);
                newest?.Use(request.Now);
                if (entry is { Reason: not RevokedEntry.RemoveFromList } && IsBeforeMoment(entry))
                    return new(Kind.Revoked, $"revoked at {Times.Iso(entry.At)}, reason {entry.Reason}, by {source}") { Of = source.ThisUpdate, Since = entry.At, IsHold = entry.Reason == RevokedEntry.Hold };
                if (Stale(list, delta, certificate) is { } stale)
                {
                    problem = stale;
                    continue;
                }

                covered |= reasons;
                of = (delta ?? list).ThisUpdate;
                by = $"{delta ?? list}, good until {Times.Iso((delta ?? list).NextUpdate)}{InGrace((delta ?? list).NextUpdate, (delta ?? list).ThisUpdate)}";
            }
        }

        if (covered == Reasons.All) return new(Kind.Good, $"not revoked at that time, by {by}") { Of = of };
        return new(Kind.Unknown, covered == Reasons.None ? problem : $"not every reason is covered by the lists at hand: {Reasons.All & ~covered} are missing");
    }

    // The last is what section 6.3.3 says of lists that no distribution point names.
    private static List<DistributionPoint>? PointsOf(PathCertificate certificate)
    {
        try
        {
            return [.. DistributionPoint.Of(certificate), new DistributionPoint([DistributionPoint.Directory(certificate.Issuer)], Reasons.All, [])];
        }
        catch (AsnContentException)
        {
            return null;
        }
    }

    // Section 6.3.3 (b).
    private static bool IsFor(CertificateList list, PathCertificate certificate, DistributionPoint point)
    {
        var isOfIssuer = point.ListIssuers.Count > 0 ? list.IsIndirect && point.ListIssuers.Contains(list.Issuer) : list.Issuer == certificate.Issuer;
        if (!isOfIssuer || list.OnlyAttributes || (certificate.IsAuthority ? list.OnlyUsers : list.OnlyAuthorities)) return false;
        return list.PointNames.Count == 0 || (point.Names.Count > 0 ? point.Names : point.ListIssuers.Select(DistributionPoint.Directory)).Intersect(list.PointNames).Any();
    }

    // Section 5.2.4 and 6.3.3 (c): of the same scope, built on this list or an earlier one, by the same key.
    private CertificateList? DeltaOf(CertificateList list, IReadOnlyList<PathCertificate> path, int index, bool isTimely) => store.Lists
        .Where(delta => delta.BaseNumber is { } based && !delta.IsUnusable && delta.Issuer == list.Issuer && delta.Scope.Span.SequenceEqual(list.Scope.Span) && list.Number >= based && delta.Number > list.Number
            && delta.AuthorityKeyId.AsSpan().SequenceEqual(list.AuthorityKeyId) && (!isTimely || IsTimely(delta)))
        .OrderByDescending(delta => delta.Number)
        .FirstOrDefault(delta => Untrusted(delta, path, index) is null);

    private string? Untrusted(CertificateList list, IReadOnlyList<PathCertificate> path, int index)
    {
        // Asked again for each point and each delta; on one path, for one certificate, the answer stays the same.
        if (_untrusted.TryGetValue((list, index), out var known)) return known;
        return _untrusted[(list, index)] = Problem(list, path, index);
    }

    private string? Problem(CertificateList list, IReadOnlyList<PathCertificate> path, int index)
    {
        if (list.IsUnusable) return "the revocation list has a critical extension that is not understood";
        if (!IsAdmitted(list.Method)) return $"the revocation list is signed by {list.Method.Oid}, which policy {request.Algorithms.Name} does not admit";
        var problem = "no certificate is at hand that signed the revocation list";
        foreach (var signer in path.Skip(index + 1).Where(above => above.Subject == list.Issuer).Concat(builder.Named(list.Issuer)))
        {
            if (signer.IsSame(path[index])) continue;
            if (!validator.Spend()) return TooMuch;
            if (!list.IsSignedBy(signer.Certificate)) continue;
            if (OutOfLife(signer, list.ThisUpdate, list.Der) is { } unproved) problem = $"the revocation list {unproved}";
            else if (signer.KeyUsage is { } usage && !usage.HasFlag(System.Security.Cryptography.X509Certificates.X509KeyUsageFlags.CrlSign)) problem = "the revocation list is signed by a key that may not sign lists";
            else if (path.Skip(index + 1).Any(signer.IsSame)) return null;   // it is judged on the path
            else if (level < MaxLevel && validator.IsGood(signer, path[^1], request, level + 1)) return null;
            else problem = "the revocation list is signed by a certificate that is not good";
        }

        return problem;
    }

    private string? Stale(CertificateList list, CertificateList? delta, PathCertificate certificate)
    {
        var newest = delta ?? list;
        if (!IsTimely(newest)) return Ended(newest);
        var expired = certificate.NotAfter;
        return newest.ThisUpdate > expired && !(newest.KeepsExpiredSince <= expired) ? "the revocation list was made after the certificate expired, and expired ones may have been taken off it" : null;
    }

    private string Ended(CertificateList newest) => $"the newest revocation list is of {Times.Iso(newest.ThisUpdate)} and ended at {Times.Iso(newest.NextUpdate)}{GraceOver}";

    private bool IsTimely(CertificateList list) => list.StaleBy(request.Moment) <= request.RevocationGrace || IsOfLater(list.ThisUpdate);

    // What was made later than the moment that matters tells of that moment too: revocations have their times, and stay as long as the certificate lives.
    private bool IsOfLater(DateTimeOffset made) => made >= request.Moment;

    // A key speaks for its authority while its certificate lasts. Whoever has it afterwards can write any date, so that what it signed counts then only where it is proved to have been there before
    // (EN 319 102-1 section 5.6.2.2, where it is a POE for the revocation information that is asked for).
    private string? OutOfLife(PathCertificate signer, DateTimeOffset made, ReadOnlyMemory<byte> octets)
    {
        var end = Times.Plus(signer.NotAfter, TimeSpan.FromSeconds(1));
        if (IsOfLater(made) && made >= end) return $"is of {Times.Iso(made)}, when its authority's certificate had ended";
        return request.Now < end || request.Proofs?.Of(octets) < end ? null : $"cannot be counted: its authority's certificate ended at {Times.Iso(signer.NotAfter)}, and nothing proves that it was there before";
    }

    // A grace that counted, or that is over, is told: whoever reads the verdict must see that the answer was an old one.
    private string InGrace(DateTimeOffset? end, DateTimeOffset from) => end < request.Moment && !IsOfLater(from) ? $", which counts by the policy's grace of {request.RevocationGrace}" : "";

    private string GraceOver => request.RevocationGrace > TimeSpan.Zero ? $", and the policy's grace of {request.RevocationGrace} is over" : "";

    // A key that was in other hands earlier signed nothing worth since then (section 5.3.2).
    private bool IsBeforeMoment(RevokedEntry entry) => entry.At <= request.Moment || entry.InvalidSince <= request.Moment;

    private bool IsAdmitted(SignatureMethod method) => method.IsKnown && request.Algorithms.Admits(method.Hash);

    private RevocationJudge Deeper() => new(store, builder, request, validator, level + 1);

    private enum Kind
    {
        Unknown,
        Good,
        Revoked,
    }

    private sealed record Status(Kind Kind, string Detail)
    {
        /// <summary>thisUpdate of what says so.</summary>
        public DateTimeOffset Of { get; init; }

        /// <summary>Since when it is revoked.</summary>
        public DateTimeOffset Since { get; init; }

        public bool IsHold { get; init; }
    }
}
