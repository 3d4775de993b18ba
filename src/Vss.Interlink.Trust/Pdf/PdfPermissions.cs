namespace Vss.Interlink.Trust.Pdf;

/// <summary>
/// What those who signed allow to be changed afterwards: DocMDP and FieldMDP of signature reference dictionaries, and the Lock of their fields (ISO 32000-2 sections 12.8.2.2, 12.8.2.4 and
/// 12.7.5.5). What an earlier signer forbade stays forbidden for later ones.
/// </summary>
internal sealed class PdfPermissions
{
    private const int NoChanges = 1;
    private const int FormFilling = 2;
    private const int Annotations = 3;

    private readonly List<(bool IsAll, bool IsExcept, HashSet<string> Names)> _locks = [];

    /// <summary>1, 2 or 3; null where nobody said anything.</summary>
    public int? Level { get; private set; }

    /// <summary>Adds what one signer says.</summary>
    public void Add(PdfView view, PdfSignature signature)
    {
        foreach (var item in view.Items(signature.Dictionary["Reference"]))
        {
            if (view.Dictionary(item) is not { } reference) continue;
            var parameters = view.Dictionary(reference["TransformParams"]) ?? PdfDictionary.Empty;
            if (reference.Name("TransformMethod") == "DocMDP") Restrict(view.Resolve(parameters["P"]), FormFilling);
            if (reference.Name("TransformMethod") == "FieldMDP") Lock(view, parameters);
        }

        foreach (var field in PdfField.ReadAll(view).Where(field => field.Name == signature.Field))
        {
            if (view.Dictionary(field.Dictionary["Lock"]) is not { } locked) continue;
            Lock(view, locked);
            if (locked.Has("P")) Restrict(view.Resolve(locked["P"]), NoChanges);
        }
    }

    /// <summary>Why an update is not allowed by those who signed before it, and by which rule; null where it is.</summary>
    public (string Rule, string Detail)? Forbids(PdfUpdate update)
    {
        if (update.Problem is { } problem) return (PdfRules.Update, problem);
        if (Level is NoChanges && (update.Kinds & ~(UpdateKinds.TimeStamp | UpdateKinds.SecurityStore | UpdateKinds.Date)) != 0) return (PdfRules.Certification, $"the certification allows no changes (P 1), and this is one: {update.Kinds}");
        if (Level is FormFilling && (update.Kinds & UpdateKinds.Annotation) != 0) return (PdfRules.Certification, "the certification allows no annotations (P 2)");

        // What a new field shows looks as if it had been certified.
        if (Level is not null && update.AddsVisibleField) return (PdfRules.Certification, "the certified document gets a new signature field that draws on a page");
        return update.Fields.Find(IsLocked) is { } locked ? (PdfRules.FieldLock, $"the field '{locked}' is locked by a signature") : null;
    }

    /// <summary>
    /// Whether an update does what somebody who signed had to allow, and nobody did. Without a certification, to fill in what was left empty and to sign it is what forms are for (ISO 32000-2
    /// section 12.8.1); to overwrite what stood there under a signature is not, unless that signer named the fields that he locks and left this one out.
    /// </summary>
    /// <param name="update">The update.</param>
    /// <param name="isSigned">Whether somebody answers for it: a good signature covers it.</param>
    public bool IsNotAllowed(PdfUpdate update, bool isSigned)
    {
        if (Level is not null) return false;
        if ((update.Kinds & UpdateKinds.Annotation) != 0) return true;
        return (update.Kinds & UpdateKinds.FormFilling) != 0 && !(isSigned && (_locks.Exists(each => each.Names.Count > 0) || update.Overwritten.Count == 0));
    }

    // A value that is not known allows nothing.
    private void Restrict(PdfObject value, int byDefault)
    {
        var level = value switch { PdfNull => byDefault, PdfInteger { Value: >= NoChanges and <= Annotations and var given } => (int)given, _ => NoChanges };
        Level = Math.Min(Level ?? level, level);
    }

    private void Lock(PdfView view, PdfDictionary parameters)
    {
        // Include and Exclude must name fields; where they do not, nobody can say what was meant, and everything is locked.
        var isNamed = view.Resolve(parameters["Fields"]) is PdfArray;
        var names = view.Items(parameters["Fields"]).Select(view.Resolve).OfType<PdfString>().Select(PdfField.Text).ToHashSet(StringComparer.Ordinal);
        var action = (view.Resolve(parameters["Action"]) as PdfName)?.Value;
        _locks.Add((action is not ("Include" or "Exclude") || !isNamed, action == "Exclude", names));
    }

    // A name stands for its field and for those below it.
    private bool IsLocked(string field) => _locks.Exists(each => each.IsAll || each.IsExcept != each.Names.Any(name => field == name || field.StartsWith(name + ".", StringComparison.Ordinal)));
}
