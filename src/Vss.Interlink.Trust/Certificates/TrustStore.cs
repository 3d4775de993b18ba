using System.Numerics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Vss.Interlink.Trust.Revocation;

namespace Vss.Interlink.Trust.Certificates;

/// <summary>Anchors, intermediates and revocation lists at one moment; read from folders of PEM and DER files. Immutable.</summary>
public sealed class TrustStore
{
    private readonly Lazy<ILookup<BigInteger, OcspAnswer>> _bySerial;

    public TrustStore(IEnumerable<X509Certificate2> anchors, IEnumerable<X509Certificate2> intermediates, IEnumerable<CertificateList> lists, IEnumerable<OcspAnswer>? answers = null) =>
        (Anchors, Intermediates, Lists, Answers, _bySerial) = ([.. anchors], [.. intermediates], [.. lists], [.. answers ?? []], new(BySerial));

    public X509Certificate2Collection Anchors { get; }

    public X509Certificate2Collection Intermediates { get; }

    public IReadOnlyList<CertificateList> Lists { get; }

    public IReadOnlyList<OcspAnswer> Answers { get; }

    /// <summary>OCSP answers that say something of a certificate with this serial number, whoever issued it.</summary>
    internal IEnumerable<OcspAnswer> AnswersAbout(BigInteger serial) => _bySerial.Value[serial];

    /// <summary>This store with more at hand.</summary>
    public TrustStore With(IEnumerable<X509Certificate2> intermediates, IEnumerable<CertificateList> lists, IEnumerable<OcspAnswer> answers) =>
        new(Anchors, [.. Intermediates, .. intermediates], [.. Lists, .. lists], [.. Answers, .. answers]);

    /// <summary>Reads a store. A file that cannot be read is an error that names it: half a trust store is none.</summary>
    public static TrustStore Load(string anchors, string? intermediates, string? lists) => new(
        Certificates(anchors),
        intermediates is null ? [] : Certificates(intermediates),
        lists is null ? [] : RevocationLists(lists));

    /// <summary>Certificates of a PEM or DER file, or of all such files of a folder.</summary>
    public static IReadOnlyList<X509Certificate2> Certificates(string path) => [.. Files(path, ".pem", ".crt", ".cer", ".der").SelectMany(ReadFile)];

    /// <summary>Revocation lists of a PEM or DER file, or of all such files of a folder.</summary>
    public static IReadOnlyList<CertificateList> RevocationLists(string path) =>
        [.. Files(path, ".crl", ".pem", ".der").Select(file => CertificateList.TryRead(File.ReadAllBytes(file)) ?? throw new InvalidDataException($"'{file}' is no certificate revocation list."))];

    /// <summary>OCSP answers of a DER or PEM file, or of all such files of a folder.</summary>
    public static IReadOnlyList<OcspAnswer> OcspAnswers(string path) =>
        [.. Files(path, ".ocsp", ".ors", ".der", ".pem").Select(file => OcspAnswer.TryRead(File.ReadAllBytes(file)) ?? throw new InvalidDataException($"'{file}' is no OCSP answer that was successful."))];

    private ILookup<BigInteger, OcspAnswer> BySerial() => Answers.SelectMany(answer => answer.Lines.Select(line => line.Serial).Distinct(), (answer, serial) => (answer, serial)).ToLookup(pair => pair.serial, pair => pair.answer);

    private static IEnumerable<string> Files(string path, params string[] extensions) =>
        Directory.Exists(path) ? Directory.EnumerateFiles(path).Where(file => extensions.Contains(Path.GetExtension(file), StringComparer.OrdinalIgnoreCase)).Order(StringComparer.Ordinal) : [path];

    private static X509Certificate2Collection ReadFile(string file)
    {
        var octets = File.ReadAllBytes(file);
        var read = new X509Certificate2Collection();
        try
        {
            if (octets.AsSpan().IndexOf("-----BEGIN CERTIFICATE-----"u8) >= 0) read.ImportFromPem(System.Text.Encoding.ASCII.GetString(octets));
            else read.Add(X509CertificateLoader.LoadCertificate(octets));
        }
        catch (CryptographicException broken)
        {
            throw new InvalidDataException($"'{file}' is no certificate.", broken);
        }

        return read.Count > 0 ? read : throw new InvalidDataException($"'{file}' has no certificate.");
    }
}
