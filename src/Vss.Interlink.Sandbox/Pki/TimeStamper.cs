using System.Collections;
using Org.BouncyCastle.Asn1;
using Org.BouncyCastle.Asn1.Cmp;
using Org.BouncyCastle.Asn1.Nist;
using Org.BouncyCastle.Asn1.X509;
using Org.BouncyCastle.Cms;
using Org.BouncyCastle.Crypto.Operators;
using Org.BouncyCastle.Tsp;
using Org.BouncyCastle.Utilities.Date;
using Org.BouncyCastle.X509.Store;
using CmsAttributes = Org.BouncyCastle.Asn1.Cms.CmsAttributes;
using AttributeTable = Org.BouncyCastle.Asn1.Cms.AttributeTable;
using Attribute = Org.BouncyCastle.Asn1.Cms.Attribute;
using BigInteger = Org.BouncyCastle.Math.BigInteger;

namespace Vss.Interlink.Sandbox.Pki;

/// <summary>Stamps digests with the time: RFC 3161 section 2.4, certificates named by ESSCertIDv2 (RFC 5816). SHA-1 and older are refused (badAlg).</summary>
internal sealed class TimeStamper(Hierarchy hierarchy, Func<Hierarchy> stranger, AuthorityOptions options)
{
    private static readonly ArrayList s_digests = new(new[] { NistObjectIdentifiers.IdSha256.Id, NistObjectIdentifiers.IdSha384.Id, NistObjectIdentifiers.IdSha512.Id });
    private const string NobodysPolicy = "1.3.6.1.4.1.55555.4.99";
    private long _serial;

    /// <returns>TimeStampResp, DER.</returns>
    public byte[] Answer(byte[] octets, AuthorityFault? fault)
    {
        if (fault is AuthorityFault.Waiting) return Refusal(PkiStatus.Waiting, 0, "Scripted.");
        if (fault is AuthorityFault.Rejection) return Refusal(PkiStatus.Rejection, PkiFailureInfo.SystemFailure, "Scripted.");
        // What is answered may be another request than what was asked; whether it is one at all is judged first.
        TimeStampRequest request;
        if (!DerOctets.AreOneValue(octets)) return NoRequest();
        try
        {
            request = new TimeStampRequest(octets);
            request.Validate(s_digests, new ArrayList(options.StampPolicies.ToArray()), new ArrayList());
        }
        catch (TspValidationException refused)
        {
            return Refusal(PkiStatus.Rejection, refused.FailureCode, refused.Message);
        }
        catch (Exception)
        {
            return NoRequest();   // BouncyCastle throws whatever the octets lead it to
        }

        var serial = BigInteger.ValueOf(Interlocked.Increment(ref _serial));
        var time = new DateTimeObject(options.Clock.GetUtcNow().UtcDateTime);
        return new TimeStampResponseGenerator(Tokens(Signer(fault), fault), s_digests).Generate(fault is null ? request : Changed(request, fault), serial, time).GetEncoded();
    }

    private Keyed Signer(AuthorityFault? fault) => fault switch
    {
        AuthorityFault.WrongSigner => stranger().Stamper,
        AuthorityFault.Expired => hierarchy.EndedStamper(),
        _ => hierarchy.Stamper,
    };

    private TimeStampTokenGenerator Tokens(Keyed signer, AuthorityFault? fault)
    {
        // BouncyCastle would sign the machine's time beside the stamp's.
        var signingTime = new Attribute(CmsAttributes.SigningTime, new DerSet(new Time(options.Clock.GetUtcNow().UtcDateTime)));
        var attributes = new DefaultSignedAttributeTableGenerator(new AttributeTable(new DerSet(signingTime)));
        var info = new SignerInfoGeneratorBuilder().WithSignedAttributeGenerator(attributes).Build(signer.Signature, signer.Certificate);
        var policy = fault is AuthorityFault.WrongPolicy ? NobodysPolicy : options.StampPolicies[0];
        var tokens = new TimeStampTokenGenerator(info, Asn1DigestFactory.Get(NistObjectIdentifiers.IdSha256), new DerObjectIdentifier(policy), isIssuerSerialIncluded: true);
        tokens.SetOrdering(true);
        tokens.SetTsa(new GeneralName(signer.Certificate.SubjectDN));
        tokens.SetAccuracySeconds((int)options.StampAccuracy.TotalSeconds);
        if (options.StampAccuracy.Milliseconds > 0) tokens.SetAccuracyMillis(options.StampAccuracy.Milliseconds);
        tokens.SetCertificates(X509StoreFactory.Create("Certificate/Collection", new X509CollectionStoreParameters(new ArrayList { signer.Certificate, hierarchy.Issuing.Self.Certificate })));
        return tokens;
    }

    private static TimeStampRequest Changed(TimeStampRequest request, AuthorityFault? fault)
    {
        var maker = new TimeStampRequestGenerator();
        maker.SetCertReq(request.CertReq);
        if (request.ReqPolicy is { } policy) maker.SetReqPolicy(fault is AuthorityFault.WrongPolicy ? NobodysPolicy : policy);
        var digest = request.GetMessageImprintDigest();
        if (fault is AuthorityFault.WrongImprint) digest[^1] ^= 1;
        var nonce = fault switch
        {
            AuthorityFault.NoNonce => null,
            AuthorityFault.WrongNonce => request.Nonce?.Add(BigInteger.One) ?? BigInteger.One,
            _ => request.Nonce,
        };
        return nonce is null ? maker.Generate(request.MessageImprintAlgOid, digest) : maker.Generate(request.MessageImprintAlgOid, digest, nonce);
    }

    private byte[] NoRequest() => Refusal(PkiStatus.Rejection, PkiFailureInfo.BadDataFormat, "This is no time-stamp request.");

    private byte[] Refusal(PkiStatus status, int failure, string reason) => new TimeStampResponseGenerator(Tokens(hierarchy.Stamper, null), s_digests).GenerateFailResponse(status, failure, reason).GetEncoded();
}
