namespace Vss.Interlink.Trust.Pdf;

/// <summary>Changes of the interactive form: new signature fields, values in fields that were there (ISO 32000-2 section 12.7).</summary>
internal sealed partial class UpdateReview
{
    private const int Hidden = 2;
    private const int NoView = 32;

    // What a widget of a signature may have: no actions, and no layer by which it could be switched on and off.
    private static readonly HashSet<string> s_signatureKeys =
    [
        "Type", "Subtype", "FT", "T", "TU", "TM", "Ff", "V", "Lock", "SV", "Rect", "P", "F", "AP", "AS", "BS", "Border", "MK", "H", "M", "NM", "DA", "DR", "Q", "Kids", "Parent", "C", "CA", "Contents", "StructParent",
    ];

    private void Form()
    {
        var (before, after) = (_old.Catalog["AcroForm"], _new.Catalog["AcroForm"]);
        var (old, now) = (_old.Dictionary(before), _new.Dictionary(after));
        if (now is null)
        {
            if (old is not null || after is not PdfNull) throw new Unexplained("the form was taken away");
            return;
        }

        var root = ((PdfReference)_new.Trailer["Root"]).Number;
        var (owner, prefix) = after is PdfReference form ? (form.Number, "") : (root, "AcroForm/");
        if (after is PdfReference own) Explain(own.Number, referrer => IsAt(referrer, root, "AcroForm"));
        old ??= PdfDictionary.Empty;
        foreach (var key in PdfObject.Differing(old, now)) FormKey(key, old, now);
        if (now["DR"] is PdfReference resources) Explain(resources.Number, referrer => IsAt(referrer, owner, prefix + "DR"));
        Grown("resources of the form", old["DR"], now["DR"], 2, owner, prefix + "DR");
        if (now["Fields"] is PdfReference fields) Explain(fields.Number, referrer => IsAt(referrer, owner, prefix + "Fields"));
        var known = PdfField.ReadAll(_old);
        var names = known.Select(field => field.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var added in Added("fields of the form", old["Fields"], now["Fields"])) NewField(added, names);
        foreach (var field in known.Where(field => _changed.ContainsKey(field.Number))) KnownField(field);
    }

    private static void FormKey(string key, PdfDictionary old, PdfDictionary now)
    {
        var isHarmless = key switch
        {
            "Fields" or "DR" => true,
            "SigFlags" => now[key] is PdfInteger flags && (flags.Value & (old.Integer(key) ?? 0)) == (old.Integer(key) ?? 0),
            "DA" => !old.Has(key),
            "NeedAppearances" => now[key] is PdfNull or PdfBoolean { Value: false },
            _ => false,
        };
        if (!isHarmless) throw new Unexplained($"the form has another {key}");
    }

    // Resources may become more; what there is stays what it is. They are dictionaries of kinds, and those are dictionaries of names.
    private void Grown(string what, PdfObject before, PdfObject after, int levels, int owner, string path)
    {
        var (old, now) = (_old.Dictionary(before) ?? PdfDictionary.Empty, _new.Dictionary(after) ?? PdfDictionary.Empty);
        foreach (var (key, value) in now.Entries)
        {
            var at = $"{path}/{key}";
            if (!old.Has(key))
            {
                ExplainUnder(value, owner, at);
            }
            else if (levels > 1 && _new.Resolve(value) is PdfDictionary)
            {
                if (value is PdfReference kind) Explain(kind.Number, referrer => IsAt(referrer, owner, at));
                Grown(what, old[key], value, levels - 1, value is PdfReference elsewhere ? elsewhere.Number : owner, value is PdfReference ? "" : at);
            }
            else if (!PdfObject.Same(old[key], value))
            {
                throw new Unexplained($"the {what} have another {key}");
            }
        }

        if (old.Entries.Keys.FirstOrDefault(key => old.Has(key) && !now.Has(key)) is { } lost) throw new Unexplained($"the {what} have no {lost} any more");
    }

    /// <summary>Marks an object as explained that has been compared key by key, when it has no other role than the one that it was compared in.</summary>
    private void Explain(int number, Func<PdfReferrer, bool> isRole)
    {
        if (!_changed.ContainsKey(number) || _explained.Contains(number)) return;
        if (!_referrers.Of(number).All(isRole)) throw new Unexplained($"object {number} {Role(number)}");
        _explained.Add(number);
    }

    // What a list has more than before, where all that it had is still there in its order.
    private IReadOnlyList<PdfObject> Added(string what, PdfObject before, PdfObject after)
    {
        var (old, now) = (_old.Items(before), _new.Items(after));
        var added = new List<PdfObject>();
        var matched = 0;
        foreach (var item in now)
        {
            if (matched < old.Count && PdfObject.Same(old[matched], item)) matched++;
            else added.Add(item);
        }

        return matched == old.Count ? added : throw new Unexplained($"the {what} lack one that was there, or have another order");
    }

    private void NewField(PdfObject added, HashSet<string> names)
    {
        if (added is not PdfReference { Number: var number } || !_changed.TryGetValue(number, out var change) || change is not { Old: PdfNull, New: PdfDictionary field }) throw new Unexplained("the form has a new field that is no new object");
        var name = _new.Resolve(field["T"]) is PdfString text ? PdfField.Text(text) : "";
        if ((_new.Resolve(field["FT"]) as PdfName)?.Value != PdfField.Signature) throw new Unexplained($"the form has a new field '{name}' that is not for a signature");
        if (name.Length == 0 || !names.Add(name)) throw new Unexplained($"the form has a new field '{name}' beside one of that name");
        AllowedKeys(field, name);
        _widgets.Add(number);
        var isVisible = IsVisible(field);
        foreach (var kid in _new.Items(field["Kids"]))
        {
            if (kid is not PdfReference { Number: var widget } || !_changed.TryGetValue(widget, out var made) || made is not { Old: PdfNull, New: PdfDictionary dictionary } || dictionary.Has("T")) throw new Unexplained($"the new field '{name}' has a kid that is no new widget");
            AllowedKeys(dictionary, name);
            _widgets.Add(widget);
            isVisible |= IsVisible(dictionary);
        }

        Signed(name, field["V"], number, isVisible);
        _update.AddsVisibleField |= isVisible;
        if (isVisible && _signatures.TryGetValue((field["V"] as PdfReference)?.Number ?? number, out var drawing)) _update.Drawing.Add(drawing);
        else if (isVisible) _update.DrawsUnsigned |= new[] { field }.Concat(_new.Items(field["Kids"]).Select(_new.Dictionary).OfType<PdfDictionary>()).Any(widget => widget.Has("AP") || widget.Has("MK"));
        ExplainUnder(added, 0, "no place that was there");
    }

    private static void AllowedKeys(PdfDictionary field, string name)
    {
        if (field.Entries.Keys.FirstOrDefault(key => !s_signatureKeys.Contains(key)) is { } strange) throw new Unexplained($"the new field '{name}' has a {strange}");
    }

    // Nobody vouches for what a time stamp shows: an authority stamps whatever it is sent.
    private void Signed(string name, PdfObject value, int field, bool isVisible)
    {
        var number = (value as PdfReference)?.Number ?? field;
        if (value is PdfNull) _update.Kinds |= UpdateKinds.SignatureField;
        else if (!_signatures.TryGetValue(number, out var signature)) throw new Unexplained($"the signature in the field '{name}' is not intact");
        else if (signature.IsTimeStamp && isVisible) throw new Unexplained($"the document time stamp in the field '{name}' draws on a page");
        else _update.Kinds |= signature.IsTimeStamp ? UpdateKinds.TimeStamp : UpdateKinds.Signature;
    }

    private bool IsVisible(PdfDictionary widget)
    {
        if (((_new.Resolve(widget["F"]) as PdfInteger)?.Value ?? 0) is var flags && (flags & (Hidden | NoView)) != 0) return false;
        return _new.Items(widget["Rect"]).Select(_new.Resolve).ToList() is [var left, var bottom, var right, var top] && !PdfObject.Same(left, right) && !PdfObject.Same(bottom, top);
    }

    private void KnownField(PdfField field)
    {
        if (_changed[field.Number] is not { Old: PdfDictionary old, New: PdfDictionary now }) throw new Unexplained($"the field '{field.Name}' was taken away");
        var differing = PdfObject.Differing(old, now);
        var isSignature = field.Type == PdfField.Signature;
        foreach (var key in differing)
        {
            var isHarmless = key switch
            {
                "V" => field.Type is "Tx" or "Ch" or "Btn" || (isSignature && field.Value is PdfNull && now.Has("V")),
                "AP" => field.Type is "Tx" or "Ch" or PdfField.Signature && SetsValue(field, differing),
                "AS" => field.Type is "Btn" or PdfField.Signature && SetsValue(field, differing),
                "I" => field.Type is "Ch",
                "M" => true,
                _ => false,
            };
            if (!isHarmless) throw new Unexplained($"the field '{field.Name}' has another {key}");
        }

        _explained.Add(field.Number);
        ExplainUnder(now["AP"], field.Number, "AP");
        if (isSignature && differing.Contains("V")) Signed(field.Name, now["V"], field.Number, IsVisible(now));
        else if (!isSignature) _update.Kinds |= UpdateKinds.FormFilling;
        ExplainUnder(now["V"], field.Number, "V");
        _update.Fields.Add(field.Name);
        if (!isSignature && differing.Contains("V") && !IsEmpty(field)) _update.Overwritten.Add(field.Name);
    }

    // Nothing was filled in: no value, none of a text, a box that is off, or what the form proposes (DV, table 226).
    private bool IsEmpty(PdfField field) => _old.Resolve(field.Value) switch
    {
        PdfNull or PdfString { Octets.Length: 0 } or PdfName { Value: "Off" } or PdfArray { Items.Count: 0 } => true,
        var value => field.Dictionary.Has("DV") && PdfObject.Same(value, _old.Resolve(field.Dictionary["DV"])),
    };

    // Another appearance of the same value is another document for whoever reads it.
    private bool SetsValue(PdfField field, IReadOnlyList<string> differing)
    {
        if (differing.Contains("V")) return true;
        return field.Parent != 0 && _changed.TryGetValue(field.Parent, out var above) && above is { Old: PdfDictionary old, New: PdfDictionary now } && !PdfObject.Same(old["V"], now["V"]);
    }
}
