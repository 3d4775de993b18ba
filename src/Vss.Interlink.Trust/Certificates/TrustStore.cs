using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Vss.Interlink.Trust.Cms;
using Vss.Interlink.Trust.Paths;
using Vss.Interlink.Trust.Revocation;

namespace Vss.Interlink.Trust.Certificates;

/// <summary>Anchors, intermediates and revocation lists at one moment; read from folders of PEM and DER files. Immutable.</summary>
public sealed class TrustStore
{
    private readonly Lazy<CertificateIndex> _index;
    private readonly Lazy<ILookup<BigInteger, OcspAnswer>> _bySerial;

    /// <summary>A store whose anchors are trusted for everything.</summary>
    public TrustStore(IEnumerable<X509Certificate2> anchors, IEnumerable<X509Certificate2> intermediates, IEnumerable<CertificateList> lists, IEnumerable<OcspAnswer>? answers = null)
        : this(anchors.Select(anchor => new TrustAnchor(anchor, AnchorPurposes.All, null, null, "given")), [], intermediates, lists, answers)
    {
    }

    public TrustStore(IEnumerable<TrustAnchor> anchors, IEnumerable<TrustList> trustLists, IEnumerable<X509Certificate2> intermediates, IEnumerable<CertificateList> lists, IEnumerable<OcspAnswer>? answers = null)
    {
        (TrustAnchors, TrustLists, Intermediates, Lists, Answers) = ([.. anchors], [.. trustLists], [.. intermediates], [.. lists], [.. answers ?? []]);
        Anchors = [.. TrustAnchors.Select(anchor => anchor.Certificate)];
        (_index, _bySerial) = (new(() => new CertificateIndex(Anchors, Intermediates)), new(BySerial));
    }

    private TrustStore(TrustStore other, IEnumerable<CertificateList> lists, IEnumerable<OcspAnswer> answers) =>
        (TrustAnchors, TrustLists, Anchors, Intermediates, Lists, Answers, _index, _bySerial) =
            (other.TrustAnchors, other.TrustLists, other.Anchors, other.Intermediates, [.. other.Lists, .. lists], [.. other.Answers, .. answers], other._index, new(BySerial));

    public X509Certificate2Collection Anchors { get; }

    /// <summary>The same with what each is trusted for. One certificate may be there several times, for purposes and times of its own.</summary>
    public IReadOnlyList<TrustAnchor> TrustAnchors { get; }

    /// <summary>Lists that anchors came from.</summary>
    public IReadOnlyList<TrustList> TrustLists { get; }

    public X509Certificate2Collection Intermediates { get; }

    public IReadOnlyList<CertificateList> Lists { get; }

    public IReadOnlyList<OcspAnswer> Answers { get; }

    /// <summary>OCSP answers that say something of a certificate with this serial number, whoever issued it.</summary>
    internal IEnumerable<OcspAnswer> AnswersAbout(BigInteger serial) => _bySerial.Value[serial];

    internal CertificateIndex Index => _index.Value;

    /// <summary>What was found good over this store.</summary>
    internal PassedPaths Passed { get; } = new();

    /// <summary>This store with more to know revocations by; itself where there is nothing more.</summary>
    internal TrustStore With(IReadOnlyCollection<CertificateList> lists, IReadOnlyCollection<OcspAnswer> answers) => lists.Count + answers.Count == 0 ? this : new(this, lists, answers);

    /// <summary>This store with more certificates to find paths through as well.</summary>
    internal TrustStore With(IReadOnlyCollection<X509Certificate2> intermediates, IReadOnlyCollection<CertificateList> lists, IReadOnlyCollection<OcspAnswer> answers) =>
        intermediates.Count == 0 ? With(lists, answers) : new(TrustAnchors, TrustLists, [.. Intermediates, .. intermediates], [.. Lists, .. lists], [.. Answers, .. answers]);

    /// <summary>Reads a store. A file that cannot be read is an error that names it: half a trust store is none.</summary>
    public static TrustStore Load(string anchors, string? intermediates, string? lists)
    {
        var (read, trustLists) = AnchorFiles.Read(anchors);
        return new(read, trustLists, intermediates is null ? [] : Certificates(intermediates), lists is null ? [] : RevocationLists(lists));
    }

    /// <summary>Certificates of a PEM, DER or PKCS #7 file, or of all such files of a folder.</summary>
    public static IReadOnlyList<X509Certificate2> Certificates(string path) => [.. Files(path, ".pem", ".crt", ".cer", ".der", ".p7b", ".p7c").SelectMany(ReadFile)];

    /// <summary>Anchors of a file or a folder, with what each is trusted for where the folder describes it.</summary>
    public static IReadOnlyList<TrustAnchor> AnchorsOf(string path) => AnchorFiles.Read(path).Anchors;

    internal static IEnumerable<string> AnchorFilesOf(string path) => Files(path, ".pem", ".crt", ".cer", ".der", ".p7b", ".p7c", ".ctl", ".json").Where(file => Path.GetFileName(file) != AnchorFiles.Description);

    /// <summary>Revocation lists of a PEM or DER file, or of all such files of a folder.</summary>
    public static IReadOnlyList<CertificateList> RevocationLists(string path) =>
        [.. Files(path, ".crl", ".pem", ".der").Select(file => CertificateList.TryRead(File.ReadAllBytes(file)) ?? throw new InvalidDataException($"'{file}' is no certificate revocation list."))];

    /// <summary>OCSP answers of a DER or PEM file, or of all such files of a folder.</summary>
    public static IReadOnlyList<OcspAnswer> OcspAnswers(string path) =>
        [.. Files(path, ".ocsp", ".ors", ".der", ".pem").Select(ReadAnswer).OfType<OcspAnswer>()];

    // A responder that could not answer has said nothing of anybody.
    private static OcspAnswer? ReadAnswer(string file)
    {
        var octets = File.ReadAllBytes(file);
        return OcspAnswer.IsRefusal(octets) ? null : OcspAnswer.TryRead(octets) ?? throw new InvalidDataException($"'{file}' is no OCSP answer.");
    }

    /// <summary>Names, lengths and times of the files that <see cref="Load"/> would read: while they stay the same, so does the store.</summary>
    internal static string StampOf(params ReadOnlySpan<string?> paths)
    {
        var stamp = new StringBuilder();
        foreach (var path in paths)
        {
            if (path is null) continue;
            foreach (var file in Directory.Exists(path) ? new DirectoryInfo(path).EnumerateFiles().OrderBy(file => file.Name, StringComparer.Ordinal) : (IEnumerable<FileInfo>)[new FileInfo(path)])
            {
                // A link keeps its own length and time when it comes to lead elsewhere.
                var target = file.LinkTarget is null ? file : (FileInfo)file.ResolveLinkTarget(returnFinalTarget: true)!;
                stamp.Append(CultureInfo.InvariantCulture, $"{file.FullName}\0{target.FullName}\0{(target.Exists ? target.Length : -1)}\0{target.LastWriteTimeUtc.Ticks}\n");
            }
        }

        return stamp.ToString();
    }

    private ILookup<BigInteger, OcspAnswer> BySerial() => Answers.SelectMany(answer => answer.Lines.Select(line => line.Serial).Distinct(), (answer, serial) => (answer, serial)).ToLookup(pair => pair.serial, pair => pair.answer);

    private static IEnumerable<string> Files(string path, params string[] extensions) =>
        Directory.Exists(path) ? Directory.EnumerateFiles(path).Where(file => extensions.Contains(Path.GetExtension(file), StringComparer.OrdinalIgnoreCase)).Order(StringComparer.Ordinal) : [path];

    private static X509Certificate2Collection ReadFile(string file)
    {
        var octets = File.ReadAllBytes(file);
        var read = new X509Certificate2Collection();
        try
        {
            if (octets.AsSpan().IndexOf("-----BEGIN CERTIFICATE-----"u8) >= 0) read.ImportFromPem(Encoding.ASCII.GetString(octets));
            else if (CmsMessage.TryRead(Pem.Decoded(octets)) is { } message) read.AddRange(message.Certificates.ToArray());
            else read.Add(X509CertificateLoader.LoadCertificate(octets));
        }
        catch (Exception broken) when (broken is CryptographicException or FormatException)
        {
            throw new InvalidDataException($"'{file}' is no certificate.", broken);
        }

        return read.Count > 0 ? read : throw new InvalidDataException($"'{file}' has no certificate.");
    }
}
