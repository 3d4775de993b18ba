namespace Vss.Interlink.Trust.Pdf;

/// <summary>One place at which an object is referred to.</summary>
/// <param name="Source">The object that refers to it; 0 for the trailer.</param>
/// <param name="Path">The keys that lead there within that object, with slashes between; arrays have none.</param>
internal readonly record struct PdfReferrer(int Source, string Path);

/// <summary>
/// Who refers to some objects, revision after revision. An object that an update changes may have more than the one role by which the change looks harmless; this tells of all of them. Every
/// object is read once for each time that it was written.
/// </summary>
internal sealed class PdfReferrers
{
    private readonly PdfFile _file;
    private readonly HashSet<int> _interest;
    private readonly Dictionary<int, HashSet<PdfReferrer>> _to = [];
    private readonly Dictionary<int, List<(int Target, PdfReferrer Referrer)>> _from = [];

    /// <param name="file">The file.</param>
    /// <param name="revision">The state to begin with.</param>
    /// <param name="interest">Objects whose referrers will be asked for.</param>
    public PdfReferrers(PdfFile file, int revision, HashSet<int> interest)
    {
        (_file, _interest) = (file, interest);
        var present = file.Numbers.Select(number => (Number: number, Entry: file.Entry(number, revision))).Where(each => each.Entry is { Place: not PdfPlace.Free });
        foreach (var (number, _) in present.OrderBy(each => each.Entry!.Value.Place).ThenBy(each => each.Entry!.Value.At).ThenBy(each => each.Entry!.Value.Generation)) Read(number, revision);
        Trailer(revision);
    }

    /// <summary>Who refers to an object in the state that was reached.</summary>
    public IReadOnlyCollection<PdfReferrer> Of(int number) => _to.TryGetValue(number, out var referrers) ? referrers : [];

    /// <summary>Goes on to the next state.</summary>
    public void Advance(PdfRevision revision)
    {
        foreach (var number in revision.Entries.Keys.Where(number => number != 0))
        {
            Forget(number);
            Read(number, revision.Index);
        }

        Forget(0);
        Trailer(revision.Index);
    }

    private void Trailer(int revision) => Walk(0, _file.Revisions[revision].Trailer, []);

    private void Read(int number, int revision)
    {
        if (_file.Find(number, revision, keep: false) is { } found) Walk(number, found.Value, []);
    }

    private void Forget(int number)
    {
        if (!_from.Remove(number, out var references)) return;
        foreach (var (target, referrer) in references) _to[target].Remove(referrer);
    }

    private void Walk(int source, PdfObject value, List<string> path)
    {
        switch (value)
        {
            case PdfReference reference when _interest.Contains(reference.Number):
                var referrer = new PdfReferrer(source, string.Join('/', path));
                if (!_to.TryGetValue(reference.Number, out var referrers)) _to[reference.Number] = referrers = [];
                if (!referrers.Add(referrer)) return;
                if (!_from.TryGetValue(source, out var references)) _from[source] = references = [];
                references.Add((reference.Number, referrer));
                break;
            case PdfArray array:
                foreach (var item in array.Items) Walk(source, item, path);
                break;
            case PdfStream stream:
                Walk(source, stream.Dictionary, path);
                break;
            case PdfDictionary dictionary:
                foreach (var (key, entry) in dictionary.Entries)
                {
                    if (entry is not (PdfReference or PdfArray or PdfDictionary)) continue;
                    path.Add(key);
                    Walk(source, entry, path);
                    path.RemoveAt(path.Count - 1);
                }

                break;
        }
    }
}
