using System.Security.Cryptography.X509Certificates;
using Vss.Interlink.Trust.Revocation;

namespace Vss.Interlink.Trust.Online;

/// <summary>An answer that was judged good when it came. One of the three contents is there, by the question's kind.</summary>
/// <param name="question">To ask again.</param>
/// <param name="der">As it came.</param>
/// <param name="thisUpdate">Since when it is true.</param>
/// <param name="endsAt">Until when it is good.</param>
/// <param name="marks">What the server calls it by.</param>
/// <param name="obtainedAt">When this node got it.</param>
internal sealed class KnownAnswer(Question question, ReadOnlyMemory<byte> der, DateTimeOffset thisUpdate, DateTimeOffset endsAt, Marks marks, DateTimeOffset obtainedAt)
{
    public Question Question => question;

    public ReadOnlyMemory<byte> Der => der;

    public DateTimeOffset ThisUpdate => thisUpdate;

    public DateTimeOffset EndsAt => endsAt;

    public Marks Marks => marks;

    public DateTimeOffset ObtainedAt => obtainedAt;

    public OcspAnswer? Ocsp { get; init; }

    public CertificateList? List { get; init; }

    public X509Certificate2? Issuer { get; init; }

    /// <summary>When a judge last went by it. Issuers are not counted: what they are for is counted by the answers below them.</summary>
    public DateTimeOffset UsedAt => Ocsp?.UsedAt ?? List?.UsedAt ?? obtainedAt;

    /// <summary>Whether it was needed since it came. Judges that remember verdicts ask anew whenever there is another set of answers, so each one in use shows here.</summary>
    public bool IsInUse => UsedAt >= obtainedAt;

    /// <summary>When to renew it; set by whoever renews.</summary>
    public DateTimeOffset RenewAt { get; set; } = DateTimeOffset.MaxValue;

    /// <summary>Renewals that failed since it came.</summary>
    public int Failures { get; set; }

    public bool IsFreshAt(DateTimeOffset at) => endsAt >= at;

    /// <summary>Whether it takes the place of another answer to the same question. An older one never does: that would take a revocation back.</summary>
    public bool Supersedes(KnownAnswer other) => thisUpdate > other.ThisUpdate || (thisUpdate == other.ThisUpdate && endsAt > other.EndsAt);

    public LibraryAnswer ForLibrary() => new(question.Key, der, thisUpdate, endsAt, marks.EntityTag, marks.LastModified);
}
