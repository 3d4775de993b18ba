using System.Globalization;
using System.Text;
using Vss.Interlink.TestKit.Pki;

namespace Vss.Interlink.TestKit.Pdf;

/// <summary>How a signature of a test differs from a good one.</summary>
public sealed class SignatureSettings
{
    public string Field { get; set; } = "Signature1";

    /// <summary>Field that is there already; null for a new one.</summary>
    public int? Existing { get; set; }

    public string SubFilter { get; set; } = "ETSI.CAdES.detached";

    public string Type { get; set; } = "Sig";

    public string Rect { get; set; } = "0 0 0 0";

    /// <summary>Flags of the widget: print and locked.</summary>
    public int Flags { get; set; } = 132;

    /// <summary>Whether the widget has an appearance of its own.</summary>
    public bool HasAppearance { get; set; }

    /// <summary>More entries of the signature dictionary, as a Reference.</summary>
    public string Entries { get; set; } = "";

    /// <summary>More entries of the field.</summary>
    public string FieldEntries { get; set; } = "";

    /// <summary>Objects that the update writes beside its own.</summary>
    public List<(int Number, string Body)> Others { get; } = [];

    /// <summary>Octets that Contents has room for.</summary>
    public int Room { get; set; } = 6000;

    /// <summary>Makes the CMS of the octets that the ranges are over.</summary>
    public Func<byte[], byte[]>? Make { get; set; }

    /// <summary>Changes the CMS that was made.</summary>
    public Func<byte[], byte[]> Change { get; set; } = made => made;

    public Action<UpdateSettings>? Update { get; set; }
}

/// <summary>Signs a PDF by an incremental update, as ISO 32000-1 section 12.8.1 describes it.</summary>
public static class PdfSigning
{
    private const string Placeholder = "/ByteRange [0 0000000000 0000000000 0000000000]";

    public static TestPdf Sign(this TestPdf pdf, Holder signer, Action<SignatureSettings>? set = null, params Holder[] others)
    {
        var settings = new SignatureSettings();
        set?.Invoke(settings);
        settings.Make ??= content => OpenSslSigner.Sign(signer, content, others);
        return Sign(pdf, settings);
    }

    /// <summary>A document time stamp (EN 319 142-1 section 5.4.3).</summary>
    public static TestPdf Stamp(this TestPdf pdf, OpenSslTimeStamps authority, Action<SignatureSettings>? set = null)
    {
        var settings = new SignatureSettings
        {
            Field = $"Stamp{pdf.Size}", SubFilter = "ETSI.RFC3161", Type = "DocTimeStamp",
            Make = content => authority.Token(authority.Stamp(content).Response),
        };
        set?.Invoke(settings);
        return Sign(pdf, settings);
    }

    /// <inheritdoc cref="Stamp(TestPdf, OpenSslTimeStamps, Action{SignatureSettings})"/>
    /// <param name="pdf">What is stamped.</param>
    /// <param name="authority">Who stamps.</param>
    /// <param name="at">What the token says of when.</param>
    public static TestPdf Stamp(this TestPdf pdf, Holder authority, DateTimeOffset at) => Sign(pdf, new SignatureSettings
    {
        Field = $"Stamp{pdf.Size}", SubFilter = "ETSI.RFC3161", Type = "DocTimeStamp", Make = content => authority.Token(content, at),
    });

    /// <summary>A document security store (EN 319 142-1 section 5.4.2).</summary>
    public static TestPdf Secure(this TestPdf pdf, IEnumerable<byte[]> certificates, IEnumerable<byte[]> lists, IEnumerable<byte[]>? answers = null, bool withKeyed = false)
    {
        var objects = new List<(int Number, string Body)>();
        var next = pdf.Size;
        var (certs, crls, ocsps) = (Streams(certificates), Streams(lists), Streams(answers ?? []));
        var keyed = withKeyed ? $" /VRI << /{new string('A', 40)} << /Cert [{certs}] /CRL [{crls}] >> >>" : "";
        objects.Add((next, $"<< /Type /DSS /Certs [{certs}] /CRLs [{crls}] /OCSPs [{ocsps}]{keyed} >>"));
        var after = pdf.Set(catalog: $"{pdf.CatalogEntries} /DSS {next} 0 R");
        objects.Add((pdf.CatalogNumber, after.CatalogBody));
        return after.Update(objects);

        string Streams(IEnumerable<byte[]> all)
        {
            var first = next;
            foreach (var octets in all) objects.Add((next++, TestPdf.Stream(Encoding.Latin1.GetString(octets))));
            return TestPdf.References(Enumerable.Range(first, next - first));
        }
    }

    public static TestPdf Sign(this TestPdf pdf, SignatureSettings settings)
    {
        var (value, field) = (pdf.Size, settings.Existing ?? pdf.Size + 1);
        var appearance = settings.HasAppearance ? $" /AP << /N {pdf.Size + 2} 0 R >>" : "";
        var isNew = settings.Existing is null;
        var after = isNew ? pdf.Set(fields: [.. pdf.Fields, field], annotations: [.. pdf.Annotations, field]) : pdf;
        List<(int Number, string Body)> objects =
        [
            (value, $"<< /Type /{settings.Type} /Filter /Adobe.PPKLite /SubFilter /{settings.SubFilter} {settings.Entries} {Placeholder} /Contents <{new string('0', 2 * settings.Room)}> >>"),
            (field, $"<< /Type /Annot /Subtype /Widget /FT /Sig /T ({settings.Field}) /F {settings.Flags} /Rect [{settings.Rect}] /P {pdf.PageNumber} 0 R /V {value} 0 R{appearance} {settings.FieldEntries}>>"),
        ];
        if (settings.HasAppearance) objects.Add((pdf.Size + 2, TestPdf.Stream("0 0 1 rg 0 0 170 30 re f", "/Type /XObject /Subtype /Form /BBox [0 0 170 30] ")));
        if (isNew) objects.AddRange([(pdf.CatalogNumber, after.CatalogBody), (pdf.PageNumber, after.PageBody)]);
        objects.AddRange(settings.Others);
        return Fill(after.Update(objects, settings.Update), settings.Make!, settings.Change);
    }

    /// <summary>Fills the last placeholder of a file.</summary>
    public static TestPdf Fill(this TestPdf pdf, Func<byte[], byte[]> make, Func<byte[], byte[]>? change = null)
    {
        var octets = pdf.Octets.ToArray();
        var text = Encoding.Latin1.GetString(octets);
        var range = text.LastIndexOf(Placeholder, StringComparison.Ordinal);
        var hole = text.IndexOf("/Contents <", range, StringComparison.Ordinal) + "/Contents ".Length;
        var resume = text.IndexOf('>', hole) + 1;
        Put(octets, range, string.Create(CultureInfo.InvariantCulture, $"/ByteRange [0 {hole} {resume} {octets.Length - resume}]").PadRight(Placeholder.Length));
        var made = make([.. octets.AsSpan(0, hole), .. octets.AsSpan(resume)]);
        if (change is not null) made = change(made);
        if (made.Length * 2 > resume - hole - 2) throw new InvalidOperationException($"Contents has no room for {made.Length} octets.");
        Put(octets, hole + 1, Convert.ToHexStringLower(made));
        return pdf.With(octets);
    }

    private static void Put(byte[] octets, int at, string text) => Encoding.Latin1.GetBytes(text).CopyTo(octets, at);
}
