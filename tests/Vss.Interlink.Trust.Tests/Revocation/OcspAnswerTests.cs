using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Vss.Interlink.TestKit.Pki;
using Vss.Interlink.Trust.Revocation;
using Vss.Interlink.Trust.Tests.Paths;
using Vss.Interlink.Trust.Verification;

namespace Vss.Interlink.Trust.Tests.Revocation;

/// <summary>RFC 6960 section 3.2 and 4.2, RFC 5019.</summary>
public sealed class OcspAnswerTests
{
    private readonly Holder _root = Holder.Root();
    private readonly Holder _leaf;

    public OcspAnswerTests() => _leaf = _root.Issue();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void An_answer_of_the_issuer_by_name_or_by_key_shows_that_a_certificate_is_not_revoked(bool byName)
    {
        With(_root.Answer(_leaf, _root, answer => answer.ByName = byName)).Accepts(_leaf);
        With(_root.Answer(_leaf, _root, answer => (answer.ByName, answer.RevokedAt) = (byName, Holder.Now.AddDays(-1)))).Refuses(_leaf, Rules.Revoked);
    }

    [Fact]
    public void The_certificate_is_named_by_any_digest_of_its_issuer() => With(_root.Answer(_leaf, _root, answer => answer.Hash = HashAlgorithmName.SHA256)).Accepts(_leaf);

    [Fact]
    public void An_answer_about_another_certificate_or_of_another_issuer_says_nothing()
    {
        With(_root.Answer(_root.Issue(), _root)).Refuses(_leaf, Rules.RevocationKnown);
        With(_root.Answer(_leaf, Holder.Root())).Refuses(_leaf, Rules.RevocationKnown);   // another key of that name
    }

    [Fact]
    public void Whom_the_responder_does_not_know_is_not_shown_to_be_good() => With(_root.Answer(_leaf, _root, answer => answer.IsUnknown = true)).Refuses(_leaf, Rules.RevocationKnown);

    [Fact]
    public void An_answer_that_ended_or_was_made_long_ago_without_an_end_says_nothing()
    {
        With(_root.Answer(_leaf, _root, answer => answer.NextUpdate = Holder.Now.AddMinutes(-1))).Refuses(_leaf, Rules.RevocationKnown);
        With(_root.Answer(_leaf, _root, answer => (answer.ThisUpdate, answer.NextUpdate) = (Holder.Now.AddDays(-1), null))).Refuses(_leaf, Rules.RevocationKnown);
        With(_root.Answer(_leaf, _root, answer => answer.NextUpdate = null)).Accepts(_leaf);
    }

    [Fact]
    public void A_revocation_stands_in_an_answer_that_ended_too() =>
        With(_root.Answer(_leaf, _root, answer => (answer.RevokedAt, answer.NextUpdate) = (Holder.Now.AddDays(-1), Holder.Now.AddMinutes(-1)))).Refuses(_leaf, Rules.Revoked);

    [Fact]
    public void A_revocation_after_the_moment_that_is_proved_does_not_reach_back()
    {
        var answer = _root.Answer(_leaf, _root, answer => answer.RevokedAt = Holder.Now.AddDays(-1));
        With(answer).Asking(request => request with { ProvedAt = Holder.Now.AddDays(-2) }).Accepts(_leaf);
        With(answer).Asking(request => request with { ProvedAt = Holder.Now.AddHours(-1) }).Refuses(_leaf, Rules.Revoked);
    }

    [Fact]
    public void A_responder_that_the_issuer_named_may_answer_in_its_place()
    {
        var responder = Responder(_root);
        With(responder.Answer(_leaf, _root, answer => answer.Certificates.Add(responder.Certificate))).Accepts(_leaf);
        With(responder.Answer(_leaf, _root)).Refuses(_leaf, Rules.RevocationKnown);   // its certificate is not there
    }

    [Fact]
    public void Nobody_else_may()
    {
        var without = _root.Issue("CN=Responder");
        With(without.Answer(_leaf, _root, answer => answer.Certificates.Add(without.Certificate))).Refuses(_leaf, Rules.RevocationKnown);

        // Below the issuer, but not by itself; by another authority below the same anchor; by the certificate in question.
        var between = _root.Authority("CN=Between");
        var below = Responder(between);
        Judging.Below(_root, between).WithAnswers(below.Answer(_leaf, _root, answer => answer.Certificates.Add(below.Certificate))).Refuses(_leaf, Rules.RevocationKnown);
        var impostor = Responder(Holder.Root());
        With(impostor.Answer(_leaf, _root, answer => answer.Certificates.Add(impostor.Certificate))).Refuses(_leaf, Rules.RevocationKnown);
        var self = Responder(_root);
        With(self.Answer(self, _root, answer => answer.Certificates.Add(self.Certificate))).Refuses(self, Rules.RevocationKnown);
    }

    [Fact]
    public void A_responder_whose_certificate_ended_or_may_not_sign_or_is_revoked_is_not_believed()
    {
        var expired = Responder(_root, settings => settings.NotAfter = Holder.Now.AddDays(-1));
        With(expired.Answer(_leaf, _root, answer => answer.Certificates.Add(expired.Certificate))).Refuses(_leaf, Rules.RevocationKnown);
        var encrypting = Responder(_root, settings => settings.With(Extensions.Usage(X509KeyUsageFlags.KeyEncipherment)));
        With(encrypting.Answer(_leaf, _root, answer => answer.Certificates.Add(encrypting.Certificate))).Refuses(_leaf, Rules.RevocationKnown);
        var revoked = Responder(_root);
        var answer = revoked.Answer(_leaf, _root, answer => answer.Certificates.Add(revoked.Certificate));
        var elsewhere = _root.List(list => (list.Revoke(revoked).Scope) = RevocationLists.Scope("http://crl.example/responders.crl"));
        With(answer).With(_root.List(list => list.Revoke(revoked).NextUpdate = Holder.Now.AddHours(-1))).Refuses(_leaf, Rules.RevocationKnown);
        With(answer).With(elsewhere).Accepts(_leaf);   // a list of a point that it does not name
        var unasked = Responder(_root, settings => settings.With(Extensions.NoCheck));
        With(unasked.Answer(_leaf, _root, answer => answer.Certificates.Add(unasked.Certificate))).With(_root.List(list => list.Revoke(unasked).NextUpdate = Holder.Now.AddHours(-1))).Accepts(_leaf);
    }

    [Fact]
    public void An_answer_made_after_the_certificate_expired_counts_only_up_to_its_archive_cutoff()
    {
        var old = _root.Issue("CN=Old", settings => settings.NotAfter = Holder.Now.AddDays(-10));
        Judging For(DateTimeOffset? cutoff) => With(_root.Answer(old, _root, answer => answer.ArchiveCutoff = cutoff)).Asking(request => request with { ProvedAt = Holder.Now.AddDays(-20) });
        For(Holder.Now.AddYears(-1)).Accepts(old);
        For(null).Refuses(old, Rules.RevocationKnown);
        For(Holder.Now.AddDays(-5)).Refuses(old, Rules.RevocationKnown);
    }

    [Fact]
    public void An_answer_of_a_later_time_tells_of_revocations_before_and_after()
    {
        byte[] Later(DateTimeOffset? revoked) => _root.Answer(_leaf, _root, answer => (answer.RevokedAt, answer.ProducedAt, answer.ThisUpdate, answer.NextUpdate) = (revoked, Holder.Now.AddDays(1), Holder.Now.AddDays(1), null));
        With(Later(null)).Accepts(_leaf);
        With(Later(Holder.Now.AddHours(1))).Accepts(_leaf);
        With(Later(Holder.Now.AddHours(-1))).Refuses(_leaf, Rules.Revoked);
    }

    [Fact]
    public void A_responder_need_not_have_been_there_at_the_moment_that_is_proved_but_when_it_answered()
    {
        var responder = _root.Issue("CN=Responder", settings =>
        {
            (settings.NotBefore, settings.NotAfter) = (Holder.Now.AddDays(-10), Holder.Now.AddDays(-5));
            settings.With(Extensions.Extended(Extensions.OcspSigning), Extensions.NoCheck);
        });
        Judging For(DateTimeOffset made) => With(responder.Answer(_leaf, _root, answer =>
        {
            (answer.ProducedAt, answer.ThisUpdate, answer.NextUpdate) = (made, made, made.AddHours(12));
            answer.Certificates.Add(responder.Certificate);
        })).Asking(request => request with { ProvedAt = Holder.Now.AddDays(-12) });
        For(Holder.Now.AddDays(-8)).Accepts(_leaf);
        For(Holder.Now.AddDays(-11)).Refuses(_leaf, Rules.RevocationKnown);
        For(Holder.Now.AddDays(-4)).Refuses(_leaf, Rules.RevocationKnown);
    }

    [Fact]
    public void A_revocation_by_either_source_counts()
    {
        With(_root.Answer(_leaf, _root)).With(_root.List(list => list.Revoke(_leaf))).Refuses(_leaf, Rules.Revoked);
        With(_root.Answer(_leaf, _root, answer => answer.RevokedAt = Holder.Now.AddDays(-1))).With(_root.List()).Refuses(_leaf, Rules.Revoked);
        With(_root.Answer(_leaf, _root, answer => answer.IsUnknown = true)).With(_root.List()).Accepts(_leaf);
    }

    [Fact]
    public void What_is_no_answer_is_not_read()
    {
        Assert.Null(OcspAnswer.TryRead("no answer"u8.ToArray()));
        Assert.Null(OcspAnswer.TryRead(_root.Answer(_leaf, _root).AsMemory()[..^1]));
        Assert.Null(OcspAnswer.TryRead(_root.Answer(_leaf, _root, answer => answer.ResponseStatus = 3)));   // tryLater
    }

    [Fact]
    public void An_answer_with_a_critical_extension_that_is_not_known_shows_nothing_and_spoils_no_other()
    {
        var strange = _root.Answer(_leaf, _root, answer => answer.Other = Extensions.Unknown(isCritical: true));
        With(strange).Refuses(_leaf, Rules.RevocationKnown);
        With(strange, _root.Answer(_leaf, _root)).Accepts(_leaf);
        With(_root.Answer(_leaf, _root, answer => answer.Other = Extensions.Unknown(isCritical: false))).Accepts(_leaf);
    }

    [Fact]
    public void A_hold_ends_with_a_newer_good_answer_and_no_other_revocation_does()
    {
        byte[] Revoked(int reason) => _root.Answer(_leaf, _root, answer => (answer.ThisUpdate, answer.NextUpdate, answer.RevokedAt, answer.Reason) = (Holder.Now.AddHours(-9), Holder.Now.AddHours(-8), Holder.Now.AddHours(-10), reason));
        With(Revoked(6), _root.Answer(_leaf, _root)).Accepts(_leaf);
        With(_root.Answer(_leaf, _root), Revoked(6)).Accepts(_leaf);
        With(Revoked(1), _root.Answer(_leaf, _root)).Refuses(_leaf, Rules.Revoked);
        With(Revoked(6)).Refuses(_leaf, Rules.Revoked);
    }

    [Fact]
    public void Times_at_the_ends_of_the_calendar_are_no_fault_of_anybody_else()
    {
        foreach (var time in (DateTimeOffset[])[DateTimeOffset.MaxValue.AddSeconds(-1), DateTimeOffset.MinValue.AddYears(1)])
            With(Holder.Root("CN=Stranger").Answer(_leaf, _root, answer => (answer.ThisUpdate, answer.NextUpdate) = (time, null)), _root.Answer(_leaf, _root)).Accepts(_leaf);
    }

    private Judging With(params byte[][] answers) => Judging.Below(_root).WithAnswers(answers);

    private static Holder Responder(Holder issuer, Action<CertificateSettings>? set = null) => issuer.Issue("CN=Responder", settings =>
    {
        settings.With(Extensions.Extended(Extensions.OcspSigning));
        set?.Invoke(settings);
    });
}
