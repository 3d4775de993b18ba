using Vss.Interlink.TestKit.Pki;
using Vss.Interlink.Trust.Certificates;
using Vss.Interlink.Trust.Paths;
using Vss.Interlink.Trust.Policy;
using Vss.Interlink.Trust.Revocation;
using Vss.Interlink.Trust.Verification;
using Vss.Interlink.XmlSecurity;

namespace Vss.Interlink.Trust.Tests.Paths;

/// <summary>What is at hand when a certificate of a test is judged.</summary>
internal sealed class Judging
{
    public List<Holder> Anchors { get; } = [];

    public List<Holder> Others { get; } = [];

    public List<byte[]> Lists { get; } = [];

    public List<byte[]> Answers { get; } = [];

    public PathRequest Request { get; set; } = new() { Purpose = CertificatePurpose.Any, Now = Holder.Now, Revocation = RevocationRule.NotChecked };

    /// <summary>With an anchor and what may stand between.</summary>
    public static Judging Below(Holder anchor, params Holder[] others)
    {
        var judging = new Judging();
        judging.Anchors.Add(anchor);
        judging.Others.AddRange(others);
        return judging;
    }

    public Judging With(params byte[][] lists)
    {
        Lists.AddRange(lists);
        Request = Request with { Revocation = RevocationRule.Required };
        return this;
    }

    public Judging WithAnswers(params byte[][] answers)
    {
        Answers.AddRange(answers);
        Request = Request with { Revocation = RevocationRule.Required };
        return this;
    }

    public Judging Asking(Func<PathRequest, PathRequest> change)
    {
        Request = change(Request);
        return this;
    }

    public TrustStore Store() => new(
        Anchors.Select(holder => holder.Certificate),
        [],
        Lists.Select(list => CertificateList.TryRead(list) ?? throw new ArgumentException("The list cannot be read.")),
        Answers.Select(answer => OcspAnswer.TryRead(answer) ?? throw new ArgumentException("The answer cannot be read.")));

    public Verdict Judge(Holder leaf) => Judge(leaf, Store());

    /// <summary>Over a store that may know the path already.</summary>
    public Verdict Judge(Holder leaf, TrustStore store)
    {
        var ladder = new Ladder();
        var isGood = new PathValidator(store, [.. Others.Select(holder => holder.Certificate)]).Validate(leaf.Certificate, Request, ladder);
        return isGood ? ladder.Passed() : ladder.Refused();
    }

    public void Accepts(Holder leaf)
    {
        var verdict = Judge(leaf);
        Assert.True(verdict.Passed, verdict.Failure?.ToString());
    }

    public void Refuses(Holder leaf, string rule)
    {
        var verdict = Judge(leaf);
        Assert.False(verdict.Passed, "It was accepted.");
        Assert.Equal((rule, true), (verdict.Failure!.Rule, verdict.Failure.Remedy.Length > 0));
    }

    /// <summary>By whichever of its rules sees it first.</summary>
    public void RefusesAny(Holder leaf) => Assert.False(Judge(leaf).Passed, "It was accepted.");
}
