using Vss.Interlink.XmlSecurity;

namespace Vss.Interlink.Trust.Pdf;

/// <summary>Rule ids of PDF signatures, beside those of <see cref="Verification.Rules"/>.</summary>
public static class PdfRules
{
    /// <summary>The file is built as ISO 32000 says, so that every reader sees one document.</summary>
    public const string Structure = "pdf.structure";

    /// <summary>The signature dictionary has what it must have (ISO 32000-2 table 255).</summary>
    public const string Dictionary = "pdf.signature";

    /// <summary>The encoding of the signature is one that is judged here.</summary>
    public const string SubFilter = "pdf.sub-filter";

    /// <summary>The ranges leave out the signature's own Contents and nothing else.</summary>
    public const string ByteRange = "pdf.byte-range";

    /// <summary>Contents is a CMS with nothing but zeros behind it.</summary>
    public const string Contents = "pdf.contents";

    /// <summary>Later updates change nothing that was signed.</summary>
    public const string Update = "pdf.update";

    /// <summary>Later updates are among those that the certification allows (DocMDP, ISO 32000-2 section 12.8.2.2).</summary>
    public const string Certification = "pdf.certification";

    /// <summary>Fields that a signature locked stay as they are (FieldMDP, section 12.8.2.4).</summary>
    public const string FieldLock = "pdf.field-lock";

    /// <summary>Somebody who signed allowed the later change.</summary>
    public const string Permission = "pdf.permission";

    /// <summary>Nothing follows the last signature but what proves it for longer.</summary>
    public const string Coverage = "pdf.coverage";

    /// <summary>A signature that no field reaches.</summary>
    public const string Unreached = "pdf.unreached";

    /// <summary>
    /// In the words of EN 319 102-1: a file or an update that breaks the format is what its format checking (section 5.2.2) refuses; a change that nobody forbade and nobody signed leaves open what
    /// was agreed. Null for rules of others.
    /// </summary>
    internal static (Indication, SubIndication)? Meaning(string rule) => rule switch
    {
        Structure or Dictionary or SubFilter or ByteRange or Contents or Update or Certification or FieldLock => (Indication.TotalFailed, SubIndication.FormatFailure),
        Permission or Coverage => (Indication.Indeterminate, SubIndication.SigConstraintsFailure),
        _ => null,
    };
}
