using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Vss.Interlink.TestKit.Pki;

/// <summary>How an OCSP answer of a test differs from a good one that says "good".</summary>
public sealed class AnswerSettings
{
    public DateTimeOffset ProducedAt { get; set; } = Holder.Now.AddMinutes(-10);

    public DateTimeOffset ThisUpdate { get; set; } = Holder.Now.AddMinutes(-10);

    public DateTimeOffset? NextUpdate { get; set; } = Holder.Now.AddHours(6);

    /// <summary>Since when it is revoked; null for not.</summary>
    public DateTimeOffset? RevokedAt { get; set; }

    public int? Reason { get; set; }

    public bool IsUnknown { get; set; }

    /// <summary>The responder by its name; else by its key.</summary>
    public bool ByName { get; set; }

    public HashAlgorithmName Hash { get; set; } = HashAlgorithmName.SHA1;

    public DateTimeOffset? ArchiveCutoff { get; set; }

    public X509Extension? Other { get; set; }

    /// <summary>Certificates that come along.</summary>
    public List<X509Certificate2> Certificates { get; } = [];

    public int ResponseStatus { get; set; }
}

/// <summary>OCSP answers by RFC 6960 section 4.2.1.</summary>
public static class OcspAnswers
{
    /// <summary>An answer about one certificate, DER.</summary>
    /// <param name="responder">Who signs.</param>
    /// <param name="about">The certificate.</param>
    /// <param name="issuer">Its issuer.</param>
    /// <param name="set">What is different.</param>
    public static byte[] Answer(this Holder responder, Holder about, Holder issuer, Action<AnswerSettings>? set = null)
    {
        var settings = new AnswerSettings();
        set?.Invoke(settings);
        var data = Data(responder, about, issuer, settings);
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteEncodedValue(data);
            writer.WriteEncodedValue(responder.Generator.GetSignatureAlgorithmIdentifier(HashAlgorithmName.SHA256));
            writer.WriteBitString(responder.Generator.SignData(data, HashAlgorithmName.SHA256));
            if (settings.Certificates.Count > 0)
            {
                using var tagged = writer.PushSequence(Extensions.Context(0));
                using var all = writer.PushSequence();
                foreach (var certificate in settings.Certificates) writer.WriteEncodedValue(certificate.RawData);
            }
        }

        var basic = writer.Encode();
        var outer = new AsnWriter(AsnEncodingRules.DER);
        using (outer.PushSequence())
        {
            outer.WriteEncodedValue([10, 1, (byte)settings.ResponseStatus]);
            using var tagged = outer.PushSequence(Extensions.Context(0));
            using var bytes = outer.PushSequence();
            outer.WriteObjectIdentifier("1.3.6.1.5.5.7.48.1.1");
            outer.WriteOctetString(basic);
        }

        return outer.Encode();
    }

    /// <summary>The nonce of a request, as the extension of an answer that echoes it; null where it has none (RFC 9654).</summary>
    public static X509Extension? NonceOf(byte[] request)
    {
        var body = new AsnReader(request, AsnEncodingRules.DER).ReadSequence().ReadSequence();
        body.ReadSequence();
        if (!body.HasData) return null;
        var extension = body.ReadSequence(new Asn1Tag(TagClass.ContextSpecific, 2, isConstructed: true)).ReadSequence().ReadSequence();
        return new X509Extension(extension.ReadObjectIdentifier(), extension.ReadOctetString(), false);
    }

    private static byte[] Data(Holder responder, Holder about, Holder issuer, AnswerSettings settings)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            if (settings.ByName)
            {
                using (writer.PushSequence(Extensions.Context(1))) writer.WriteEncodedValue(responder.Certificate.SubjectName.RawData);
            }
            else
            {
                using (writer.PushSequence(Extensions.Context(2))) writer.WriteOctetString(CryptographicOperations.HashData(HashAlgorithmName.SHA1, responder.Certificate.GetPublicKey()));
            }

            Time(writer, settings.ProducedAt);
            using (writer.PushSequence())
            using (writer.PushSequence())
            {
                using (writer.PushSequence())
                {
                    using (writer.PushSequence()) writer.WriteObjectIdentifier(settings.Hash == HashAlgorithmName.SHA1 ? "1.3.14.3.2.26" : "2.16.840.1.101.3.4.2.1");
                    writer.WriteOctetString(CryptographicOperations.HashData(settings.Hash, about.Certificate.IssuerName.RawData));
                    writer.WriteOctetString(CryptographicOperations.HashData(settings.Hash, issuer.Certificate.GetPublicKey()));
                    writer.WriteInteger(about.Certificate.SerialNumberBytes.Span);
                }

                Status(writer, settings);
                Time(writer, settings.ThisUpdate);
                if (settings.NextUpdate is { } next)
                {
                    using (writer.PushSequence(Extensions.Context(0))) Time(writer, next);
                }

                if (settings.ArchiveCutoff is { } cutoff) Wrapped(writer, Extensions.Write("1.3.6.1.5.5.7.48.1.6", false, value => Time(value, cutoff)));
            }

            if (settings.Other is { } other) Wrapped(writer, other);
        }

        return writer.Encode();
    }

    private static void Status(AsnWriter writer, AnswerSettings settings)
    {
        if (settings.RevokedAt is { } at)
        {
            using var revoked = writer.PushSequence(Extensions.Context(1));
            Time(writer, at);
            if (settings.Reason is not { } reason) return;
            using (writer.PushSequence(Extensions.Context(0))) writer.WriteEncodedValue([10, 1, (byte)reason]);
            return;
        }

        writer.WriteNull(Extensions.Context(settings.IsUnknown ? 2 : 0));
    }

    private static void Wrapped(AsnWriter writer, X509Extension extension)
    {
        using var tagged = writer.PushSequence(Extensions.Context(1));
        using var all = writer.PushSequence();
        using var one = writer.PushSequence();
        writer.WriteObjectIdentifier(extension.Oid!.Value!);
        if (extension.Critical) writer.WriteBoolean(true);
        writer.WriteOctetString(extension.RawData);
    }

    private static void Time(AsnWriter writer, DateTimeOffset time) => writer.WriteGeneralizedTime(time, omitFractionalSeconds: true);
}
