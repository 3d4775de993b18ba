using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Vss.Interlink.TestKit.Pki;

/// <summary>How a list of a test differs from a good, empty one.</summary>
public sealed class ListSettings
{
    public DateTimeOffset ThisUpdate { get; set; } = Holder.Now.AddDays(-1);

    public DateTimeOffset? NextUpdate { get; set; } = Holder.Now.AddDays(6);

    public int Number { get; set; } = 1;

    /// <summary>Number of the complete list that a delta builds on.</summary>
    public int? Base { get; set; }

    /// <summary>The issuer's name, where it is not the signer's.</summary>
    public X500DistinguishedName? Issuer { get; set; }

    public X509Extension? Scope { get; set; }

    public List<X509Extension> Others { get; } = [];

    internal List<(X509Certificate2 Certificate, DateTimeOffset At, int? Reason, X500DistinguishedName? Issuer)> Entries { get; } = [];

    public ListSettings Revoke(Holder holder, DateTimeOffset? at = null, int? reason = null, X500DistinguishedName? issuer = null)
    {
        Entries.Add((holder.Certificate, at ?? Holder.Now.AddDays(-2), reason, issuer));
        return this;
    }
}

/// <summary>Revocation lists by RFC 5280 section 5.</summary>
public static class RevocationLists
{
    /// <summary>A list, DER.</summary>
    public static byte[] List(this Holder signer, Action<ListSettings>? set = null)
    {
        var settings = new ListSettings();
        set?.Invoke(settings);
        var algorithm = signer.Generator.GetSignatureAlgorithmIdentifier(HashAlgorithmName.SHA256);
        var body = new AsnWriter(AsnEncodingRules.DER);
        using (body.PushSequence())
        {
            body.WriteInteger(1);
            body.WriteEncodedValue(algorithm);
            body.WriteEncodedValue((settings.Issuer ?? signer.Certificate.SubjectName).RawData);
            body.WriteUtcTime(settings.ThisUpdate);
            if (settings.NextUpdate is { } next) body.WriteUtcTime(next);
            WriteEntries(body, settings);
            WriteExtensions(body, settings, signer);
        }

        var signed = body.Encode();
        var list = new AsnWriter(AsnEncodingRules.DER);
        using (list.PushSequence())
        {
            list.WriteEncodedValue(signed);
            list.WriteEncodedValue(algorithm);
            list.WriteBitString(signer.Generator.SignData(signed, HashAlgorithmName.SHA256));
        }

        return list.Encode();
    }

    /// <summary>IssuingDistributionPoint: section 5.2.5.</summary>
    public static X509Extension Scope(string? uri = null, bool onlyUsers = false, bool onlyAuthorities = false, byte[]? reasons = null, bool isIndirect = false) => Extensions.Sequence("2.5.29.28", true, writer =>
    {
        if (uri is not null) Extensions.WriteUri(writer, uri);
        if (onlyUsers) writer.WriteBoolean(true, Extensions.Context(1));
        if (onlyAuthorities) writer.WriteBoolean(true, Extensions.Context(2));
        if (reasons is not null) writer.WriteBitString(reasons, 0, Extensions.Context(3));
        if (isIndirect) writer.WriteBoolean(true, Extensions.Context(4));
    });

    private static void WriteEntries(AsnWriter body, ListSettings settings)
    {
        if (settings.Entries.Count == 0) return;
        using var all = body.PushSequence();
        foreach (var (certificate, at, reason, issuer) in settings.Entries)
        {
            using var entry = body.PushSequence();
            body.WriteInteger(certificate.SerialNumberBytes.Span);
            body.WriteUtcTime(at);
            if (reason is null && issuer is null) continue;
            using var extensions = body.PushSequence();
            if (reason is { } code) Write(body, new X509Extension("2.5.29.21", [10, 1, (byte)code], false));
            if (issuer is null) continue;
            Write(body, Extensions.Sequence("2.5.29.29", true, writer =>
            {
                using (writer.PushSequence(Extensions.Context(4))) writer.WriteEncodedValue(issuer.RawData);
            }));
        }
    }

    private static void WriteExtensions(AsnWriter body, ListSettings settings, Holder signer)
    {
        using var tagged = body.PushSequence(Extensions.Context(0));
        using var extensions = body.PushSequence();
        if (signer.Certificate.Extensions["2.5.29.14"] is { } key)
            Write(body, X509AuthorityKeyIdentifierExtension.CreateFromSubjectKeyIdentifier(new X509SubjectKeyIdentifierExtension(key, false)));
        Write(body, Extensions.Write("2.5.29.20", false, writer => writer.WriteInteger(settings.Number)));
        if (settings.Base is { } number) Write(body, Extensions.Write("2.5.29.27", true, writer => writer.WriteInteger(number)));
        if (settings.Scope is not null) Write(body, settings.Scope);
        foreach (var other in settings.Others) Write(body, other);
    }

    private static void Write(AsnWriter writer, X509Extension extension)
    {
        using var one = writer.PushSequence();
        writer.WriteObjectIdentifier(extension.Oid!.Value!);
        if (extension.Critical) writer.WriteBoolean(true);
        writer.WriteOctetString(extension.RawData);
    }
}
