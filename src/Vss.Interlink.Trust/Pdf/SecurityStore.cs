using System.Security.Cryptography.X509Certificates;
using Vss.Interlink.Trust.Certificates;
using Vss.Interlink.Trust.Revocation;
using Vss.Interlink.Trust.TimeStamps;
using Vss.Interlink.Trust.Verification;

namespace Vss.Interlink.Trust.Pdf;

/// <summary>
/// The document security store: EN 319 142-1 section 5.4.2, ISO 32000-2 section 12.8.4.3. Its certificates, revocation lists and OCSP answers help to find a path and to know of revocations;
/// nothing becomes trusted by lying there. What cannot be read is passed over: only help is lost.
/// </summary>
internal sealed class SecurityStore
{
    private const int MaxValues = 1024;

    private readonly PdfFile _file;
    private readonly List<X509Certificate2> _certificates = [];
    private readonly List<(int Number, CertificateList List)> _lists = [];
    private readonly List<(int Number, OcspAnswer Answer)> _answers = [];

    /// <summary>The store that a file has now.</summary>
    public SecurityStore(PdfFile file)
    {
        _file = file;
        var view = file.Latest;
        if (view.Dictionary(view.Catalog["DSS"]) is not { } store) return;
        foreach (var (_, der) in Values(view, store["Certs"]))
        {
            if (CertificateCache.Read(der) is { } certificate) _certificates.Add(certificate);
        }

        foreach (var (number, der) in Values(view, store["CRLs"]))
        {
            if (CertificateList.TryRead(der) is { } list) _lists.Add((number, list));
        }

        foreach (var (number, der) in Values(view, store["OCSPs"]))
        {
            if (OcspAnswer.TryRead(der) is { } answer) _answers.Add((number, answer));
        }
    }

    public ValidationMaterial Material => new(_certificates, [.. _lists.Select(each => each.List)], [.. _answers.Select(each => each.Answer)]);

    /// <summary>What of it tells of revocations and was in the file already when this revision ended.</summary>
    public IEnumerable<ReadOnlyMemory<byte>> ThereIn(int revision) =>
        _lists.Where(each => WasThere(each.Number, revision)).Select(each => each.List.Der).Concat(_answers.Where(each => WasThere(each.Number, revision)).Select(each => each.Answer.Der));

    private bool WasThere(int number, int revision) => _file.Entry(number, revision) is { } entry && entry == _file.Entry(number, _file.Latest.Revision);

    private static IEnumerable<(int Number, byte[] Octets)> Values(PdfView view, PdfObject values)
    {
        foreach (var value in Items(view, values).Take(MaxValues).OfType<PdfReference>())   // streams stand by themselves
        {
            if (Read(view, value) is { } octets) yield return (value.Number, octets);
        }
    }

    private static IReadOnlyList<PdfObject> Items(PdfView view, PdfObject values)
    {
        try
        {
            return view.Items(values);
        }
        catch (PdfFault fault) when (fault.Kind == PdfFaultKind.Malformed)
        {
            return [];
        }
    }

    private static byte[]? Read(PdfView view, PdfObject value)
    {
        try
        {
            return view.Resolve(value) is PdfStream stream ? PdfFilters.Decode(view.File.Octets, stream, view.File.Budget) : null;
        }
        catch (PdfFault fault) when (fault.Kind == PdfFaultKind.Malformed)
        {
            return null;
        }
    }
}
