namespace Vss.Interlink.Trust.Pdf;

/// <summary>
/// Reviews one incremental update against the revision before it. Everything that it changes must be explained by a role that is known to be harmless (ISO 32000-2 section 12.8.2.2, EN 319 142-1
/// section 5.4): an allow-list, object by object. An object that has another role too, or that was referred to before it existed, is not explained by it: that is how shadow documents are made.
/// </summary>
internal sealed partial class UpdateReview
{
    private const int MaxNamed = 4;

    private readonly PdfFile _file;
    private readonly PdfRevision _revision;
    private readonly PdfView _old;
    private readonly PdfView _new;
    private readonly PdfReferrers _referrers;
    private readonly IReadOnlyDictionary<int, PdfSignature> _signatures;
    private readonly Dictionary<int, (PdfObject Old, PdfObject New)> _changed = [];
    private readonly HashSet<int> _explained = [];
    private readonly HashSet<int> _widgets = [];
    private readonly PdfUpdate _update;

    private UpdateReview(PdfFile file, PdfRevision revision, PdfReferrers referrers, IReadOnlyDictionary<int, PdfSignature> signatures)
    {
        (_file, _revision, _referrers, _signatures) = (file, revision, referrers, signatures);
        (_old, _new) = (file.At(revision.Index - 1), file.At(revision.Index));
        _update = new PdfUpdate(revision.Index);
    }

    /// <summary>Reviews every update behind a revision, in order.</summary>
    /// <param name="file">The file.</param>
    /// <param name="first">The revision that the first signature ends with.</param>
    /// <param name="intact">Signatures whose ranges, digest and value are right, by revision and object: only those explain why they were added.</param>
    public static IReadOnlyList<PdfUpdate> ReviewAll(PdfFile file, int first, ILookup<int, PdfSignature> intact)
    {
        var later = file.Revisions.Skip(first + 1).ToList();
        if (later.Count == 0) return [];
        var referrers = new PdfReferrers(file, first, [.. later.SelectMany(revision => revision.Entries.Keys)]);
        var updates = new List<PdfUpdate>();
        foreach (var revision in later)
        {
            updates.Add(new UpdateReview(file, revision, referrers, intact[revision.Index].ToDictionary(signature => signature.Number)).Review());
            referrers.Advance(revision);
        }

        return updates;
    }

    private PdfUpdate Review()
    {
        try
        {
            Account();
            Compare();
            Trailer();
            Catalog();
            Form();
            Pages();
            Containers();
            Structure();
            var left = _changed.Keys.Where(number => !_explained.Contains(number)).Order().Take(MaxNamed).Select(number => $"object {number} {Role(number)}").ToList();
            if (left.Count > 0) throw new Unexplained(string.Join("; ", left));
        }
        catch (Unexplained found)
        {
            _update.Problem = found.Message;
        }

        return _update;
    }

    // Every octet of an update belongs to an object that its cross references name, to those, or to nothing at all.
    private void Account()
    {
        var parts = new List<(long Start, long End)>();
        foreach (var section in _revision.Sections)
        {
            parts.Add((section.Start, section.EndOfFile));
            if (section.Hybrid is { } hybrid) parts.Add((hybrid.Start, hybrid.End));
        }

        foreach (var (number, entry) in _revision.Entries.Where(entry => entry.Value.Place == PdfPlace.File && entry.Value != _file.Entry(entry.Key, _revision.Index - 1)))
        {
            if (entry.At < _revision.Start || entry.At >= _revision.End) throw new Unexplained($"object {number} is taken from octets outside of the update, where something was hidden");
            if (_file.Find(number, _revision.Index) is { } found && parts.TrueForAll(part => part.Start != found.Start)) parts.Add((found.Start, found.End));
        }

        var at = _revision.Start;
        foreach (var (start, end) in parts.Distinct().OrderBy(part => part.Start))
        {
            if (start < at) throw new Unexplained("the update has objects that overlap");
            SkipNothing(ref at, start);
            at = end;
        }
    }

    private void SkipNothing(ref long at, long end)
    {
        while (at < end)
        {
            var octet = _file.Octets[at];
            if (octet == '%' && !_file.Octets.StartsWith(at, "%PDF-"u8) && !_file.Octets.StartsWith(at, "%%EOF"u8))
            {
                while (at < end && _file.Octets[at] is not (10 or 13)) at++;
            }
            else if (PdfLexer.IsWhite(octet))
            {
                at++;
            }
            else
            {
                throw new Unexplained($"the update has octets at {at} that belong to no object");
            }
        }
    }

    private void Compare()
    {
        foreach (var (number, entry) in _revision.Entries.Where(entry => entry.Key != 0))
        {
            var before = _file.Entry(number, _old.Revision);
            if (before == entry && entry.Place != PdfPlace.ObjectStream) continue;
            if (entry.Place == PdfPlace.ObjectStream && _file.Entry((int)entry.At, _old.Revision) is { Place: PdfPlace.File } container && container.At < _revision.Start && before != entry)
                throw new Unexplained($"object {number} is taken out of an object stream that was there before, where it was hidden");
            if (entry.Place == PdfPlace.Free && before is null or { Place: PdfPlace.Free }) continue;

            // Whoever refers to it by the generation that it had would find nothing.
            if (before is { Place: not PdfPlace.Free } used && entry.Place != PdfPlace.Free && Generation(used) != Generation(entry)) throw new Unexplained($"object {number} has another generation");
            var (old, now) = (_old[number], _new[number]);
            if (before is { Place: not PdfPlace.Free } && Same(old, now)) continue;
            if (entry.Place == PdfPlace.Free && _referrers.Of(number).Count == 0 && old is not PdfStream) continue;
            _changed[number] = (old, now);
        }
    }

    private static int Generation(CrossReference entry) => entry.Place == PdfPlace.ObjectStream ? 0 : entry.Generation;

    private bool Same(PdfObject old, PdfObject now)
    {
        if (old is not PdfStream before || now is not PdfStream after) return PdfObject.Same(old, now);
        if (before.Data == after.Data) return true;
        if (before.Length != after.Length || !PdfObject.Same(before.Dictionary, after.Dictionary)) return false;
        var (one, other) = (new byte[16 * 1024], new byte[16 * 1024]);
        for (long at = 0; at < before.Length; at += one.Length)
        {
            var count = (int)Math.Min(one.Length, before.Length - at);
            if (_file.Octets.Read(before.Data + at, one.AsSpan(0, count)) != _file.Octets.Read(after.Data + at, other.AsSpan(0, count)) || !one.AsSpan(0, count).SequenceEqual(other.AsSpan(0, count))) return false;
        }

        return true;
    }

    private void Trailer()
    {
        foreach (var key in PdfObject.Differing(_old.Trailer, _new.Trailer))
        {
            // What is for finding the objects says nothing of them.
            if (key is "Size" or "Prev" or "XRefStm" or "ID" or "Type" or "W" or "Index" or "Length" or "Filter" or "DecodeParms" || !_new.Trailer.Has(key)) continue;
            if (key == "Info") _update.Kinds |= Information();
            else throw new Unexplained($"the trailer has another {key}");
        }

        var kind = Information();
        if (_new.Trailer["Info"] is PdfReference info && ExplainUnder(info, 0, "Info")) _update.Kinds |= kind;
    }

    // Writers set the date of change and their own name with whatever they do; a new title or author is what a reader sees.
    private UpdateKinds Information()
    {
        // Some writers leave Info out of an update's trailer and name the same object again in the next.
        var named = _file.Revisions.Take(_old.Revision + 1).LastOrDefault(revision => revision.Trailer.Has("Info"))?.Trailer["Info"] ?? PdfNull.Instance;
        if (named is not PdfNull && !PdfObject.Same(named, _new.Trailer["Info"])) return UpdateKinds.Metadata;
        var (before, after) = (_old.Dictionary(named) ?? PdfDictionary.Empty, _new.Dictionary(_new.Trailer["Info"]) ?? PdfDictionary.Empty);
        var isDate = PdfObject.Differing(before, after).All(key => key is "ModDate" or "Producer") && after["ModDate"] is PdfString or PdfNull && after["Producer"] is PdfString or PdfNull;
        return isDate && Below(_new.Trailer["Info"], false).Count(_changed.ContainsKey) <= 1 ? UpdateKinds.Date : UpdateKinds.Metadata;
    }

    private void Catalog()
    {
        var root = ((PdfReference)_new.Trailer["Root"]).Number;
        foreach (var key in PdfObject.Differing(_old.Catalog, _new.Catalog))
        {
            switch (key)
            {
                case "AcroForm" or "Extensions":
                    break;
                case "DSS" when _new.Catalog.Has("DSS"):
                    _update.Kinds |= UpdateKinds.SecurityStore;
                    break;
                case "Metadata" or "Version":
                    _update.Kinds |= UpdateKinds.Metadata;
                    break;
                default:
                    throw new Unexplained($"the catalog has another {key}");
            }
        }

        _explained.Add(root);
        ExplainUnder(_new.Catalog["Extensions"], root, "Extensions");
        if (ExplainUnder(_new.Catalog["Metadata"], root, "Metadata")) _update.Kinds |= UpdateKinds.Metadata;
        if (_new.Dictionary(_new.Catalog["DSS"]) is not { } store) return;
        if (store.Entries.Keys.FirstOrDefault(key => key is not ("Type" or "Certs" or "CRLs" or "OCSPs" or "VRI")) is { } strange) throw new Unexplained($"the document security store has a {strange}");
        if (ExplainUnder(_new.Catalog["DSS"], root, "DSS", through: true)) _update.Kinds |= UpdateKinds.SecurityStore;
    }

    // Object and cross-reference streams are not part of the document; what comes out of them is.
    private void Containers()
    {
        foreach (var (number, (old, now)) in _changed)
        {
            if (now is PdfStream stream && stream.Dictionary.Name("Type") is "ObjStm" or "XRef" && old is PdfNull && _referrers.Of(number).Count == 0) _explained.Add(number);
        }
    }

    /// <summary>
    /// Explains what changed below a value that has a role: new objects, and ones that were there and are referred to from nowhere but below that role.
    /// </summary>
    /// <param name="value">The value of the role in the new state.</param>
    /// <param name="owner">The object in which the role stands.</param>
    /// <param name="path">The keys by which.</param>
    /// <param name="through">Whether to look below objects that did not change, too; only for roles in which nothing is drawn.</param>
    /// <returns>Whether anything was.</returns>
    private bool ExplainUnder(PdfObject value, int owner, string path, bool through = false)
    {
        var below = Below(value, through);
        var found = below.Where(number => _changed.ContainsKey(number) && !_explained.Contains(number)).ToList();
        foreach (var number in found)
        {
            if (!_referrers.Of(number).All(referrer => below.Contains(referrer.Source) || IsAt(referrer, owner, path))) throw new Unexplained($"object {number} {Role(number)}");
            _explained.Add(number);
        }

        return found.Count > 0;
    }

    private static bool IsAt(PdfReferrer referrer, int owner, string path) => referrer.Source == owner && (referrer.Path == path || referrer.Path.StartsWith(path + "/", StringComparison.Ordinal));

    private HashSet<int> Below(PdfObject value, bool through)
    {
        var below = new HashSet<int>();
        var open = new Stack<PdfObject>([value]);
        while (open.TryPop(out var next))
        {
            switch (next)
            {
                case PdfReference { Number: var number } when (through || _changed.ContainsKey(number)) && below.Add(number):
                    open.Push(_new[number]);
                    break;
                case PdfArray array:
                    foreach (var item in array.Items) open.Push(item);
                    break;
                case PdfStream stream:
                    open.Push(stream.Dictionary);
                    break;
                case PdfDictionary dictionary:
                    foreach (var (key, entry) in dictionary.Entries)
                    {
                        if (key is not ("P" or "Parent")) open.Push(entry);
                    }

                    break;
            }
        }

        return below;
    }

    private string Role(int number)
    {
        var (old, now) = _changed[number];
        var kind = ((now as PdfStream)?.Dictionary ?? now as PdfDictionary ?? (old as PdfStream)?.Dictionary ?? old as PdfDictionary)?.Name("Type");
        var how = old is PdfNull ? "is new" : now is PdfNull ? "was deleted" : "was changed";
        var places = _referrers.Of(number).Select(referrer => referrer.Path.Length == 0 ? $"object {referrer.Source}" : $"{referrer.Path} of {(referrer.Source == 0 ? "the trailer" : Named(referrer.Source))}").Order(StringComparer.Ordinal).Take(3).ToList();
        return $"{how}{(kind is null ? "" : $" ({kind})")}{(places.Count == 0 ? "" : $", which is {string.Join(" and ", places)}")}";
    }

    // A page by its place in the document, for whoever looks for what was changed.
    private string Named(int number) => Page(number) is { } page ? $"page {page} (object {number})" : $"object {number}";

    private sealed class Unexplained(string detail) : Exception(detail);
}
