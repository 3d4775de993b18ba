using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Vss.Interlink.Trust.Pdf;

/// <summary>A signature or document time stamp that a field of the form reaches: ISO 32000-2 section 12.8.1, table 255.</summary>
internal sealed partial class PdfSignature
{
    public const string DocumentTimeStamp = "ETSI.RFC3161";
    public const string Pades = "ETSI.CAdES.detached";
    public const string Detached = "adbe.pkcs7.detached";
    public const string OverSha1 = "adbe.pkcs7.sha1";

    private PdfSignature(string field, int number, PdfDictionary dictionary, PdfFault? fault) => (Field, Number, Dictionary, Fault) = (field, number, dictionary, fault);

    /// <summary>Fully qualified name of the field.</summary>
    public string Field { get; }

    /// <summary>Object that the dictionary is, or stands in.</summary>
    public int Number { get; }

    /// <summary>Empty where the field's value is no dictionary.</summary>
    public PdfDictionary Dictionary { get; }

    /// <summary>Why the value of the field cannot be read; null where it can.</summary>
    public PdfFault? Fault { get; }

    public string? SubFilter => Dictionary.Name("SubFilter");

    public bool IsTimeStamp => SubFilter == DocumentTimeStamp || Dictionary.Name("Type") == "DocTimeStamp";

    /// <summary>The CMS as it stands; null where there is none. A reference to a string elsewhere is none (table 255: a direct object).</summary>
    public PdfString? Contents => Dictionary["Contents"] as PdfString;

    /// <summary>Place in the file at which its Contents begins; -1 where it stands nowhere.</summary>
    public long At => Contents?.Start ?? -1;

    /// <summary>M: when the signer says that he signed.</summary>
    public DateTimeOffset? ClaimedTime => Dictionary["M"] is PdfString text ? Date(Encoding.Latin1.GetString(text.Octets)) : null;

    /// <summary>Signatures of signature fields, in the form's order; one that several fields name, once. A field whose value leads nowhere counts, for it claims a signature.</summary>
    public static IReadOnlyList<PdfSignature> FindAll(PdfView view)
    {
        var all = new List<PdfSignature>();
        var seen = new HashSet<(int, long)>();
        foreach (var field in PdfField.ReadAll(view).Where(field => field.Type == PdfField.Signature && field.Value is not PdfNull))
        {
            var signature = Read(view, field);
            if (!seen.Add(signature.At >= 0 ? (0, signature.At) : (signature.Number, -1))) continue;
            if (all.Count == PdfBudget.MaxSignatures) throw PdfFault.Limit(0, $"the file has more than {PdfBudget.MaxSignatures} signatures");
            all.Add(signature);
        }

        return all;
    }

    private static PdfSignature Read(PdfView view, PdfField field)
    {
        var number = (field.Value as PdfReference)?.Number ?? field.Number;
        try
        {
            return new PdfSignature(field.Name, number, view.Dictionary(field.Value) ?? throw PdfFault.Malformed(0, "the value of the signature field is no dictionary"), null);
        }
        catch (PdfFault fault) when (fault.Kind == PdfFaultKind.Malformed)
        {
            return new PdfSignature(field.Name, number, PdfDictionary.Empty, fault);
        }
    }

    // Section 7.9.4: D:YYYYMMDDHHmmSSOHH'mm, everything behind the year optional. Without an offset the time is not known.
    private static DateTimeOffset? Date(string text)
    {
        if (DateForm().Match(text) is not { Success: true } match) return null;
        var offset = match.Groups["sign"].Value == "Z" ? "+00:00" : $"{match.Groups["sign"].Value}{match.Groups["hours"].Value}:{(match.Groups["minutes"].Success ? match.Groups["minutes"].Value : "00")}";
        return DateTimeOffset.TryParseExact(match.Groups["time"].Value + offset, "yyyyMMddHHmmsszzz", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time) ? time : null;
    }

    [GeneratedRegex("^D:(?<time>[0-9]{14})(?:(?<sign>Z)(?:00'?(?:00'?)?)?|(?<sign>[+-])(?<hours>[0-9]{2})'?(?:(?<minutes>[0-9]{2})'?)?)$", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex DateForm();
}
