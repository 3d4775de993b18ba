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

    private readonly List<X509Certificate2> _certificates = [];
    private readonly List<CertificateList> _lists = [];
    private readonly List<OcspAnswer> _answers = [];

    public SecurityStore(PdfView view)
    {
        if (view.Dictionary(view.Catalog["DSS"]) is not { } store) return;
        foreach (var der in Values(view, store["Certs"]))
        {
            if (CertificateCache.Read(der) is { } certificate) _certificates.Add(certificate);
        }

        _lists.AddRange(Values(view, store["CRLs"]).Select(der => CertificateList.TryRead(der)).OfType<CertificateList>());
        _answers.AddRange(Values(view, store["OCSPs"]).Select(der => OcspAnswer.TryRead(der)).OfType<OcspAnswer>());
    }

    public ValidationMaterial Material => new(_certificates, _lists, _answers);

    private static IEnumerable<byte[]> Values(PdfView view, PdfObject values)
    {
        foreach (var value in Items(view, values).Take(MaxValues))
        {
            if (Read(view, value) is { } octets) yield return octets;
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
