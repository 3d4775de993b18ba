using Org.BouncyCastle.Asn1;
using Org.BouncyCastle.Asn1.Ocsp;
using Org.BouncyCastle.Asn1.X509;
using Org.BouncyCastle.Ocsp;
using Org.BouncyCastle.X509;

namespace Vss.Interlink.Sandbox.Pki;

/// <summary>An OCSP answer as it is served.</summary>
/// <param name="Octets">OCSPResponse, DER.</param>
/// <param name="ThisUpdate">From when what it says holds.</param>
/// <param name="NextUpdate">Until when it may be kept; null for one that is of a single request or refuses.</param>
internal sealed record OcspReply(byte[] Octets, DateTimeOffset ThisUpdate, DateTimeOffset? NextUpdate);

/// <summary>Answers OCSP requests: RFC 6960 section 4. A delegated responder answers for the issuing authority, the root for itself; one answer speaks for one of them.</summary>
internal sealed class OcspResponder(Hierarchy hierarchy, Func<Hierarchy> stranger, AuthorityOptions options)
{
    private const int MaxNonce = 128 + 3;   // RFC 9654 section 2.1, with the tag and length of its OCTET STRING

    public OcspReply Answer(byte[] request, AuthorityFault? fault)
    {
        if (Read(request) is not var (ids, nonce)) return Refusal(OcspRespStatus.MalformedRequest);
        var authority = new[] { hierarchy.Issuing, hierarchy.Root }.FirstOrDefault(authority => ids.Exists(id => IsOf(id, authority)));
        return authority is null ? Refusal(OcspRespStatus.Unauthorized) : Answer(authority, ids, nonce, fault);
    }

    /// <summary>What is asked; null when it is no request.</summary>
    private static (List<CertificateID> Ids, X509Extension? Nonce)? Read(byte[] request)
    {
        if (!DerOctets.AreOneValue(request)) return null;
        try
        {
            var asked = new OcspReq(request);
            var ids = asked.GetRequestList().Select(single => single.GetCertID()).ToList();
            var nonce = asked.RequestExtensions?.GetExtension(OcspObjectIdentifiers.PkixOcspNonce);
            return ids.Count > 0 && nonce?.Value.GetOctets() is null or { Length: > 0 and <= MaxNonce } ? (ids, nonce) : null;
        }
        catch (Exception)
        {
            return null;   // BouncyCastle throws whatever the octets lead it to
        }
    }

    private OcspReply Answer(CertificationAuthority authority, List<CertificateID> ids, X509Extension? nonce, AuthorityFault? fault)
    {
        var now = options.Clock.GetUtcNow();
        var thisUpdate = fault is AuthorityFault.Expired ? now - options.AnswerLife - options.AnswerLife : now;
        var nextUpdate = thisUpdate + options.AnswerLife;
        var signers = fault is AuthorityFault.WrongSigner ? stranger() : hierarchy;
        var isDelegated = authority == hierarchy.Issuing;
        var signer = isDelegated ? signers.Responder : signers.Root.Self;

        var maker = new BasicOcspRespGenerator(options.RespondsByName ? new RespID(signer.Certificate.SubjectDN) : new RespID(signer.Certificate.GetPublicKey()));
        foreach (var id in ids) maker.AddResponse(id, Status(id, authority, now, fault), thisUpdate.UtcDateTime, nextUpdate.UtcDateTime, Cutoff(thisUpdate));
        if (nonce is not null && fault is not AuthorityFault.NoNonce)
        {
            var octets = nonce.Value.GetOctets();
            if (fault is AuthorityFault.WrongNonce) octets = [.. octets[..^1], (byte)(octets[^1] ^ 1)];
            var extensions = new X509ExtensionsGenerator();
            extensions.AddExtension(OcspObjectIdentifiers.PkixOcspNonce, false, octets);
            maker.SetResponseExtensions(extensions.Generate());
        }

        var basic = maker.Generate(signer.Signature, isDelegated ? [signer.Certificate] : null, thisUpdate.UtcDateTime);
        return new OcspReply(new OCSPRespGenerator().Generate(OcspRespStatus.Successful, basic).GetEncoded(), thisUpdate, nonce is null ? nextUpdate : null);
    }

    private static CertificateStatus Status(CertificateID id, CertificationAuthority authority, DateTimeOffset now, AuthorityFault? fault)
    {
        if (fault is AuthorityFault.Unknown || !IsOf(id, authority)) return new UnknownStatus();
        var (isIssued, revoked) = authority.Register.Find(id.SerialNumber);
        if (!isIssued) return new UnknownStatus();
        if (revoked is null || revoked.At > now) return CertificateStatus.Good;
        var reason = revoked.Reason is 0 ? null : new CrlReason((int)revoked.Reason);
        return new RevokedStatus(new RevokedInfo(new DerGeneralizedTime(revoked.At.UtcDateTime), reason));
    }

    // A digest that is not known here names nobody.
    private static bool IsOf(CertificateID id, CertificationAuthority authority)
    {
        try
        {
            return id.MatchesIssuer(authority.Self.Certificate);
        }
        catch (OcspException)
        {
            return false;
        }
    }

    private X509Extensions? Cutoff(DateTimeOffset producedAt)
    {
        if (options.ArchiveCutoff is not { } kept) return null;
        var extensions = new X509ExtensionsGenerator();
        extensions.AddExtension(OcspObjectIdentifiers.PkixOcspArchiveCutoff, false, new DerGeneralizedTime((producedAt - kept).UtcDateTime));
        return extensions.Generate();
    }

    private OcspReply Refusal(int status) => new(new OCSPRespGenerator().Generate(status, null).GetEncoded(), options.Clock.GetUtcNow(), null);
}
