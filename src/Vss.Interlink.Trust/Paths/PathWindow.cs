using Vss.Interlink.Trust.Certificates;
using Vss.Interlink.Trust.Revocation;

namespace Vss.Interlink.Trust.Paths;

/// <summary>
/// Until when a verdict over a path stays what it is: the first moment after the judging at which a certificate, a list, an answer or an entry that could have been looked at
/// begins or ends. Between two such moments every comparison of a time that <see cref="PathValidator"/> and <see cref="RevocationJudge"/> make comes out alike.
/// </summary>
internal static class PathWindow
{
    public static DateTimeOffset EndOf(IReadOnlyList<PathCertificate> path, TrustStore store, PathBuilder builder, PathRequest request)
    {
        var end = DateTimeOffset.MaxValue;
        var authorities = Authorities(path, store, builder);
        foreach (var certificate in path.Concat(authorities.SelectMany(builder.Named))) Lives(certificate);
        foreach (var list in store.Lists.Where(list => list.IsIndirect || authorities.Contains(list.Issuer)))
        {
            Sooner(list.ThisUpdate);
            Sooner(list.NextUpdate);
            if (list.NextUpdate is { } next) Sooner(Times.Plus(next, request.RevocationGrace));
            foreach (var entry in path.Concat(authorities.SelectMany(builder.Named)).Select(list.Find).OfType<RevokedEntry>())
            {
                Sooner(entry.At);
                Sooner(entry.InvalidSince);
            }
        }

        foreach (var anchor in store.TrustAnchors)
        {
            Sooner(anchor.From);
            if (anchor.Until is { } until) Sooner(Times.Plus(until, TimeSpan.FromTicks(1)));
        }

        foreach (var ends in request.Algorithms.Ends) Sooner(Times.Plus(ends, TimeSpan.FromTicks(1)));   // acceptable at that moment itself
        for (var index = 0; index + 1 < path.Count; index++)
        {
            foreach (var (answer, line) in store.AnswersAbout(path[index].Serial).SelectMany(answer => answer.Lines.Where(line => line.IsOf(path[index], path[index + 1])), (answer, line) => (answer, line)))
            {
                Sooner(Times.Plus(line.ThisUpdate, -RevocationJudge.Skew));
                Sooner(line.EndsAt);
                Sooner(Times.Plus(line.EndsAt, request.RevocationGrace));
                Sooner(line.RevokedAt);
                foreach (var responder in answer.Certificates.Select(PathCertificate.TryRead).OfType<PathCertificate>())
                {
                    Lives(responder);
                    foreach (var entry in store.Lists.Select(list => list.Find(responder)).OfType<RevokedEntry>()) Sooner(entry.At);
                }
            }
        }

        return end;

        void Sooner(DateTimeOffset? change)
        {
            if (change > request.Now && change < end) end = change.Value;
        }

        void Lives(PathCertificate certificate)
        {
            Sooner(certificate.NotBefore);
            Sooner(Times.Plus(certificate.NotAfter, TimeSpan.FromSeconds(1)));
        }
    }

    // Names whose certificates could have signed something on the way: those above the path, those who sign indirect lists or answers, and those above these.
    private static HashSet<string> Authorities(IReadOnlyList<PathCertificate> path, TrustStore store, PathBuilder builder)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var next = new Queue<string>(path.Select(certificate => certificate.Issuer)
            .Concat(store.Lists.Where(list => list.IsIndirect).Select(list => list.Issuer))
            .Concat(store.Answers.Select(answer => answer.ResponderName).OfType<string>()));
        while (next.TryDequeue(out var name))
        {
            if (!names.Add(name)) continue;
            foreach (var certificate in builder.Named(name)) next.Enqueue(certificate.Issuer);
        }

        return names;
    }
}
