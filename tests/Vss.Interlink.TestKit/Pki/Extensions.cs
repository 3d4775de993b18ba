using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Vss.Interlink.TestKit.Pki;

/// <summary>Certificate extensions by RFC 5280 section 4.2, right or wrong as a test needs them.</summary>
public static class Extensions
{
    public const string AnyPolicy = "2.5.29.32.0";
    public const string TimeStamping = "1.3.6.1.5.5.7.3.8";
    public const string OcspSigning = "1.3.6.1.5.5.7.3.9";
    public const string ServerAuth = "1.3.6.1.5.5.7.3.1";
    public const string ClientAuth = "1.3.6.1.5.5.7.3.2";
    public const string EmailProtection = "1.3.6.1.5.5.7.3.4";

    public static X509Extension Constraints(bool isAuthority, int? length = null) => new X509BasicConstraintsExtension(isAuthority, length is not null, length ?? 0, true);

    public static X509Extension Usage(X509KeyUsageFlags usage) => new X509KeyUsageExtension(usage, true);

    public static X509Extension Extended(params string[] oids) => Extended(false, oids);

    public static X509Extension Extended(bool isCritical, params string[] oids) => new X509EnhancedKeyUsageExtension([.. oids.Select(oid => new Oid(oid))], isCritical);

    public static X509Extension Policies(params string[] oids) => Sequence("2.5.29.32", false, writer =>
    {
        foreach (var oid in oids)
        {
            using (writer.PushSequence()) writer.WriteObjectIdentifier(oid);
        }
    });

    public static X509Extension Mappings(params (string Issuer, string Subject)[] mappings) => Sequence("2.5.29.33", true, writer =>
    {
        foreach (var (issuer, subject) in mappings)
        {
            using var mapping = writer.PushSequence();
            writer.WriteObjectIdentifier(issuer);
            writer.WriteObjectIdentifier(subject);
        }
    });

    public static X509Extension PolicyConstraints(int? requireExplicit = null, int? inhibitMapping = null) => Sequence("2.5.29.36", true, writer =>
    {
        if (requireExplicit is { } require) writer.WriteInteger(require, Context(0));
        if (inhibitMapping is { } inhibit) writer.WriteInteger(inhibit, Context(1));
    });

    public static X509Extension InhibitAny(int skip) => Write("2.5.29.54", true, writer => writer.WriteInteger(skip));

    /// <summary>Subtrees of DNS names.</summary>
    public static X509Extension NameConstraints(string[] permitted, string[] excluded) => Sequence("2.5.29.30", true, writer =>
    {
        Subtrees(0, permitted);
        Subtrees(1, excluded);

        void Subtrees(int number, string[] names)
        {
            if (names.Length == 0) return;
            using var all = writer.PushSequence(Context(number));
            foreach (var name in names)
            {
                using (writer.PushSequence()) writer.WriteCharacterString(UniversalTagNumber.IA5String, name, Context(2));
            }
        }
    });

    /// <summary>One excluded subtree: a distinguished name, or an address's host.</summary>
    public static X509Extension Excluded(X500DistinguishedName? directory = null, string? uri = null) => Sequence("2.5.29.30", true, writer =>
    {
        using var all = writer.PushSequence(Context(1));
        using var subtree = writer.PushSequence();
        if (uri is not null)
        {
            writer.WriteCharacterString(UniversalTagNumber.IA5String, uri, Context(6));
            return;
        }

        using (writer.PushSequence(Context(4))) writer.WriteEncodedValue(directory!.RawData);
    });

    /// <summary>Subtrees by their bases, as <see cref="GeneralNames"/> makes them.</summary>
    public static X509Extension Subtrees(byte[][] permitted, byte[][] excluded) => Sequence("2.5.29.30", true, writer =>
    {
        Write(0, permitted);
        Write(1, excluded);

        void Write(int number, byte[][] bases)
        {
            if (bases.Length == 0) return;
            using var all = writer.PushSequence(Context(number));
            foreach (var name in bases)
            {
                using (writer.PushSequence()) writer.WriteEncodedValue(name);
            }
        }
    });

    /// <summary>Alternative names, as <see cref="GeneralNames"/> makes them.</summary>
    public static X509Extension AlternativeNames(params byte[][] names) => Sequence("2.5.29.17", false, writer =>
    {
        foreach (var name in names) writer.WriteEncodedValue(name);
    });

    /// <summary>Qualified certificate statements by their identifiers.</summary>
    public static X509Extension Statements(bool isCritical, params string[] oids) => Sequence("1.3.6.1.5.5.7.1.3", isCritical, writer =>
    {
        foreach (var oid in oids)
        {
            using (writer.PushSequence()) writer.WriteObjectIdentifier(oid);
        }
    });

    public static X509Extension DnsNames(params string[] names)
    {
        var builder = new SubjectAlternativeNameBuilder();
        foreach (var name in names) builder.AddDnsName(name);
        return builder.Build();
    }

    /// <summary>One distribution point.</summary>
    /// <param name="uri">Its name; null for none.</param>
    /// <param name="reasons">Bits of ReasonFlags, as "0 1 1": null for all.</param>
    /// <param name="listIssuer">Issuer of its lists; null for the certificate's.</param>
    public static X509Extension Point(string? uri, byte[]? reasons = null, X500DistinguishedName? listIssuer = null) => Sequence("2.5.29.31", false, writer => WritePoint(writer, uri, reasons, listIssuer));

    /// <summary>Several distribution points.</summary>
    public static X509Extension Points(params (string? Uri, byte[]? Reasons)[] points) => Sequence("2.5.29.31", false, writer =>
    {
        foreach (var (uri, reasons) in points) WritePoint(writer, uri, reasons, null);
    });

    public static X509Extension NoCheck { get; } = new("1.3.6.1.5.5.7.48.1.5", [5, 0], false);

    public static X509Extension Unknown(bool isCritical) => new("1.3.6.1.4.1.55555.1", [5, 0], isCritical);

    internal static Asn1Tag Context(int number) => new(TagClass.ContextSpecific, number);

    internal static X509Extension Sequence(string oid, bool isCritical, Action<AsnWriter> write) => Write(oid, isCritical, writer =>
    {
        using (writer.PushSequence()) write(writer);
    });

    public static X509Extension Write(string oid, bool isCritical, Action<AsnWriter> write)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        write(writer);
        return new X509Extension(oid, writer.Encode(), isCritical);
    }

    internal static void WriteUri(AsnWriter writer, string uri)
    {
        using (writer.PushSequence(Context(0)))     // DistributionPointName
        using (writer.PushSequence(Context(0)))     // fullName
        {
            writer.WriteCharacterString(UniversalTagNumber.IA5String, uri, Context(6));
        }
    }

    private static void WritePoint(AsnWriter writer, string? uri, byte[]? reasons, X500DistinguishedName? listIssuer)
    {
        using var point = writer.PushSequence();
        if (uri is not null) WriteUri(writer, uri);
        if (reasons is not null) writer.WriteBitString(reasons, 0, Context(1));
        if (listIssuer is null) return;
        using (writer.PushSequence(Context(2)))
        using (writer.PushSequence(Context(4))) writer.WriteEncodedValue(listIssuer.RawData);
    }
}
