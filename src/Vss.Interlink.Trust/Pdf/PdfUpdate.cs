namespace Vss.Interlink.Trust.Pdf;

/// <summary>What an incremental update does, as far as it is explained.</summary>
[Flags]
internal enum UpdateKinds
{
    /// <summary>Nothing that a reader would notice.</summary>
    None = 0,

    /// <summary>A signature, in a new field or in one that was there.</summary>
    Signature = 1,

    /// <summary>A document time stamp.</summary>
    TimeStamp = 2,

    /// <summary>Certificates and answers in the document security store.</summary>
    SecurityStore = 4,

    /// <summary>A signature field that is still empty.</summary>
    SignatureField = 8,

    /// <summary>Other values in fields that were there.</summary>
    FormFilling = 16,

    /// <summary>Notes and markings that draw nothing of their own.</summary>
    Annotation = 32,

    /// <summary>The document's information about itself.</summary>
    Metadata = 64,

    /// <summary>Of that the date of change alone.</summary>
    Date = 128,

    /// <summary>The logical structure, beyond the tags of new signature fields.</summary>
    Structure = 256,
}

/// <summary>One incremental update, reviewed by itself; whether it is allowed depends on whose signature is asked about.</summary>
internal sealed class PdfUpdate(int revision)
{
    public int Revision { get; } = revision;

    public UpdateKinds Kinds { get; set; }

    /// <summary>The first thing that no allowed role explains; null where all is explained.</summary>
    public string? Problem { get; set; }

    /// <summary>Fields that were there and whose value the update sets, signature fields among them.</summary>
    public List<string> Fields { get; } = [];

    /// <summary>Of those, the ones that had a value already: what was signed is not what stands there now.</summary>
    public List<string> Overwritten { get; } = [];

    /// <summary>What it changes of the logical structure beyond the tags of new signature fields; null for nothing.</summary>
    public string? Structure { get; set; }

    /// <summary>Whether it adds a field that draws on a page.</summary>
    public bool AddsVisibleField { get; set; }

    /// <summary>Signatures in new fields that draw on a page: whoever made them may show what he likes there.</summary>
    public List<PdfSignature> Drawing { get; } = [];

    /// <summary>Whether it adds a field that draws on a page and that nobody signed in.</summary>
    public bool DrawsUnsigned { get; set; }

    /// <summary>Whether it does nothing but keep what was signed provable: EN 319 142-1 section 5.4, levels LT and LTA. Writers set the date of change along with it.</summary>
    public bool IsProof => Problem is null && (Kinds & (UpdateKinds.TimeStamp | UpdateKinds.SecurityStore)) != 0 && (Kinds & ~(UpdateKinds.TimeStamp | UpdateKinds.SecurityStore | UpdateKinds.Date)) == 0;
}
