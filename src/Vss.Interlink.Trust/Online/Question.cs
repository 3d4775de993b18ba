using System.Security.Cryptography;
using Vss.Interlink.Trust.Paths;
using Vss.Interlink.Trust.Revocation;

namespace Vss.Interlink.Trust.Online;

/// <summary>Kinds of answers, as they stand in metrics.</summary>
internal enum AnswerKind
{
    Ocsp,
    List,
    Issuer,
}

/// <summary>What came of reading an answer.</summary>
internal abstract record Reading
{
    private Reading() { }

    public sealed record Good(KnownAnswer Answer) : Reading;

    public sealed record Bad(string Why) : Reading;
}

/// <summary>Something that one authority can be asked about the first certificate of a path. It can be asked again as long as its answer is in use.</summary>
internal abstract class Question(AnswerKind kind, string key, Uri address, IReadOnlyList<PathCertificate> path)
{
    public AnswerKind Kind => kind;

    /// <summary>Names the answer, wherever it comes from: issuer by name and key, and serial number or distribution point.</summary>
    public string Key => key;

    public Uri Address => address;

    /// <summary>From the certificate up to its anchor; the certificate alone where its issuer is asked for.</summary>
    public IReadOnlyList<PathCertificate> Path => path;

    /// <summary>A request for this once. One that carries a nonce carries a new one each time.</summary>
    /// <param name="known">The answer that is at hand; null for none.</param>
    public abstract AskedOnce Ask(KnownAnswer? known);

    /// <summary>Reads an answer that was kept by somebody, and judges it as if it had just come.</summary>
    public abstract Reading Read(ReadOnlyMemory<byte> octets, Marks marks, AnswerJudge judge);

    /// <summary>Why an answer that is at hand does not help here; null when it does.</summary>
    public abstract string? Objection(KnownAnswer known, AnswerJudge judge);

    /// <summary>Names an issuer by its name and its key, for names alone can be shared.</summary>
    protected static string IssuerOf(IReadOnlyList<PathCertificate> path) =>
        Convert.ToHexStringLower(SHA256.HashData([.. SHA256.HashData(path[1].Certificate.SubjectName.RawData), .. SHA256.HashData(path[1].KeyInfo.Span)]));
}

/// <summary>A request, and how the answer to just this one is read.</summary>
internal sealed record AskedOnce(AuthorityRequest Request, Func<AuthorityReply.Content, AnswerJudge, Reading> Read);

/// <summary>The status of one certificate by OCSP.</summary>
internal sealed class OcspQuestion(Uri responder, IReadOnlyList<PathCertificate> path, NonceRule nonces)
    : Question(AnswerKind.Ocsp, $"ocsp {IssuerOf(path)} {path[0].Certificate.SerialNumber}", responder, path)
{
    private const string MediaType = "application/ocsp-request";

    // RFC 5019 section 5 and RFC 6960 appendix A.1: what is shorter goes by GET, which caches answer.
    private const int LongestGet = 255;

    public override AskedOnce Ask(KnownAnswer? known)
    {
        var nonce = nonces is NonceRule.NotSent ? null : RandomNumberGenerator.GetBytes(OcspQuery.NonceLength);
        var query = OcspQuery.Encode(Path[0], Path[1], nonce);
        var request = new AuthorityRequest(Address, "application/ocsp-response") { Post = (query, MediaType) };
        var encoded = Uri.EscapeDataString(Convert.ToBase64String(query));
        // No cache has the answer to a nonce.
        if (nonce is null && Address.Query.Length == 0 && encoded.Length <= LongestGet) request = request with { Address = new Uri($"{Address.GetLeftPart(UriPartial.Path).TrimEnd('/')}/{encoded}"), Post = null };
        return new AskedOnce(request, (content, judge) => Read(content.Octets, content.Marks, judge, answer => Mismatch(answer, nonce)));
    }

    public override Reading Read(ReadOnlyMemory<byte> octets, Marks marks, AnswerJudge judge) => Read(octets, marks, judge, _ => null);

    public override string? Objection(KnownAnswer known, AnswerJudge judge) => judge.Objection(known.Ocsp!, Path);

    private Reading Read(ReadOnlyMemory<byte> octets, Marks marks, AnswerJudge judge, Func<OcspAnswer, string?> mismatch)
    {
        if (OcspAnswer.TryRead(octets) is not { } answer) return new Reading.Bad(OcspQuery.RefusalOf(octets));
        if (mismatch(answer) is { } wrong) return new Reading.Bad(wrong);
        if (judge.Objection(answer, Path) is { } objection) return new Reading.Bad(objection);
        var line = answer.Lines.First(line => line.IsOf(Path[0], Path[1]));
        return new Reading.Good(new KnownAnswer(this, octets, line.ThisUpdate, line.EndsAt, marks, judge.Now) { Ocsp = answer });
    }

    private string? Mismatch(OcspAnswer answer, byte[]? nonce)
    {
        if (nonce is null || (answer.Nonce is null && nonces is NonceRule.IfEchoed)) return null;
        if (answer.Nonce is not { } echoed) return "the OCSP answer has no nonce, and Trust:Online:Nonce requires one";
        return echoed.Span.SequenceEqual(nonce) ? null : "the OCSP answer has another nonce than the request";
    }
}

/// <summary>A revocation list of one distribution point, or what changed since.</summary>
internal sealed class ListQuestion(Uri point, IReadOnlyList<PathCertificate> path, bool isDelta)
    : Question(AnswerKind.List, $"list {IssuerOf(path)} {point.AbsoluteUri}", point, path)
{
    public bool IsDelta => isDelta;

    public override AskedOnce Ask(KnownAnswer? known) =>
        new(new AuthorityRequest(Address, "application/pkix-crl") { Known = known?.Marks }, (content, judge) => Read(content.Octets, content.Marks, judge));

    public override Reading Read(ReadOnlyMemory<byte> octets, Marks marks, AnswerJudge judge)
    {
        if (CertificateList.TryRead(octets) is not { } list) return new Reading.Bad("what came is no revocation list that can be judged");
        if (list.BaseNumber is null == isDelta) return new Reading.Bad(isDelta ? "a complete list came where a delta was asked for" : "a delta list came where a complete one was asked for");
        if (judge.Objection(list, Path) is { } objection) return new Reading.Bad(objection);
        return new Reading.Good(new KnownAnswer(this, octets, list.ThisUpdate, list.NextUpdate!.Value, marks, judge.Now) { List = list });
    }

    public override string? Objection(KnownAnswer known, AnswerJudge judge) => judge.Objection(known.List!, Path);
}

/// <summary>The certificate of an issuer that did not come along: RFC 5280 section 4.2.2.1, a certificate or a "certs-only" message.</summary>
internal sealed class IssuerQuestion(Uri place, PathCertificate certificate) : Question(AnswerKind.Issuer, $"issuer {place.AbsoluteUri}", place, [certificate])
{
    public override AskedOnce Ask(KnownAnswer? known) =>
        new(new AuthorityRequest(Address, "application/pkix-cert") { Known = known?.Marks }, (content, judge) => Read(content.Octets, content.Marks, judge));

    public override Reading Read(ReadOnlyMemory<byte> octets, Marks marks, AnswerJudge judge)
    {
        var issuer = IssuerFile.Certificates(octets).FirstOrDefault(IsIssuer);
        return issuer is null
            ? new Reading.Bad("what came is not the certificate of the issuer")
            : new Reading.Good(new KnownAnswer(this, octets, issuer.NotBefore.ToUniversalTime(), issuer.NotAfter.ToUniversalTime(), marks, judge.Now) { Issuer = issuer });
    }

    public override string? Objection(KnownAnswer known, AnswerJudge judge) => IsIssuer(known.Issuer!) ? null : "what came is not the certificate of the issuer";

    private bool IsIssuer(System.Security.Cryptography.X509Certificates.X509Certificate2 candidate) =>
        PathCertificate.TryRead(candidate) is { } read && read.Subject == Path[0].Issuer && Path[0].Method.Verifies(candidate, Path[0].Signed.Span, Path[0].Signature);
}
