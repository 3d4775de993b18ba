using Vss.Interlink.TestKit.Pki;
using Vss.Interlink.Trust.Tests.Paths;
using Vss.Interlink.Trust.Verification;

namespace Vss.Interlink.Trust.Tests.Revocation;

/// <summary>An answer that ended counts only where a policy names a grace, and the verdict says so.</summary>
public sealed class GraceTests
{
    private readonly Holder _root = Holder.Root();

    [Theory]
    [InlineData(0, false)]
    [InlineData(59, false)]
    [InlineData(61, true)]
    public void A_list_that_ended_an_hour_ago_counts_by_the_grace_alone(int minutes, bool counts)
    {
        var leaf = _root.Issue();
        var judging = Judging.Below(_root).With(_root.List(list => list.NextUpdate = Holder.Now.AddHours(-1))).Asking(request => request with { RevocationGrace = TimeSpan.FromMinutes(minutes) });
        if (!counts) judging.Refuses(leaf, Rules.RevocationKnown);
        else Assert.Contains(judging.Judge(leaf).Ladder, step => step.Rule == Rules.RevocationKnown && step.Detail.Contains("grace of 01:01:00", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(59, false)]
    [InlineData(61, true)]
    public void An_answer_that_ended_an_hour_ago_counts_by_the_grace_alone(int minutes, bool counts)
    {
        var leaf = _root.Issue();
        var judging = Judging.Below(_root).WithAnswers(_root.Answer(leaf, _root, answer => (answer.ThisUpdate, answer.NextUpdate) = (Holder.Now.AddHours(-5), Holder.Now.AddHours(-1))))
            .Asking(request => request with { RevocationGrace = TimeSpan.FromMinutes(minutes) });
        if (!counts) judging.Refuses(leaf, Rules.RevocationKnown);
        else Assert.Contains(judging.Judge(leaf).Ladder, step => step.Rule == Rules.RevocationKnown && step.Detail.Contains("grace of 01:01:00", StringComparison.Ordinal));
    }

    [Fact]
    public void No_grace_helps_who_is_revoked()
    {
        var leaf = _root.Issue();
        Judging.Below(_root).With(_root.List(list => list.Revoke(leaf).NextUpdate = Holder.Now.AddHours(-1))).Asking(request => request with { RevocationGrace = TimeSpan.FromDays(3) }).Refuses(leaf, Rules.Revoked);
    }
}
