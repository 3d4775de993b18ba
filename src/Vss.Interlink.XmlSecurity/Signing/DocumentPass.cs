using System.Runtime.InteropServices;
using Vss.Interlink.XmlSecurity.Reading;

namespace Vss.Interlink.XmlSecurity.Signing;

/// <summary>
/// The one reading of the document that is signed: digests what the references name, finds where the signature comes to stand. The signature is not there yet,
/// so that leaving it out (the enveloped-signature transform) is done by itself.
/// </summary>
internal sealed class DocumentPass : IDisposable
{
    private readonly SignaturePlace _place;
    private readonly SignatureContext _context;
    private readonly XmlIdIndex? _ids;
    private readonly List<(ReferenceDigest Reference, Canonicalizer Canonicalizer)> _running = [];
    private readonly List<(ReferenceDigest Reference, string Id)> _wanted = [];
    private readonly List<(ReferenceDigest Reference, int Depth)> _open = [];
    private readonly AncestorTags _tags = new();
    private bool _keepsTags = true;
    private int _placeDepth;
    private bool _isAmbiguous;

    public DocumentPass(SignaturePlace place, IReadOnlyList<ReferenceDigest> references, SignatureContext context, XmlIdIndex? ids)
    {
        (_place, _context, _ids) = (place, context, ids);
        foreach (var reference in references)
        {
            if (reference.Reference is SignatureReference.WholeDocument)
            {
                reference.HoldsSignature = true;
                _running.Add((reference, reference.Canonicalizer(XmlSelection.Document with { Comments = false })));
            }
            else if (reference.Reference is SignatureReference.Element element)
            {
                _wanted.Add((reference, element.ElementId));
            }
        }
    }

    /// <summary>Where the signature goes in. Known after <see cref="Run"/>.</summary>
    public InsertionPoint Insertion { get; private set; }

    /// <exception cref="XmlRefusedException">The document breaks a rule.</exception>
    public SigningRefusal? Run(XmlTokenizer xml)
    {
        while (xml.Read())
        {
            if (xml.Kind == XmlTokenKind.StartElement) Enter(xml);
            foreach (ref readonly var running in CollectionsMarshal.AsSpan(_running)) running.Canonicalizer.Accept(xml);
            if (xml.Kind == XmlTokenKind.EndElement) Leave(xml);
        }

        if (_wanted.Count > 0) return new SigningRefusal(SigningRefusalKind.NothingReferenced, $"no element of the document has the identifier '{_wanted[0].Id}'");
        if (_isAmbiguous) return new SigningRefusal(SigningRefusalKind.NoPlace, "the document has more than one element that the signature could stand in");
        if (_placeDepth == 0) return new SigningRefusal(SigningRefusalKind.NoPlace, "the document has no element that the signature could stand in");
        while (_running.Count > 0) Complete(_running.Count - 1);
        return null;
    }

    public void Dispose()
    {
        foreach (var (_, canonicalizer) in _running) canonicalizer.Dispose();
        _tags.Dispose();
    }

    private void Complete(int index)
    {
        var (reference, canonicalizer) = _running[index];
        canonicalizer.Complete();
        canonicalizer.Dispose();
        reference.Complete();
        _running.RemoveAt(index);
    }

    private void Enter(XmlTokenizer xml)
    {
        if (_ids is not null)
        {
            var known = _ids.Count;
            _ids.Accept(xml);
            if (_ids.Count > known && _wanted.Count > 0) BeginWanted(xml);
        }

        if (_keepsTags) _tags.Enter(xml);
        if (!IsPlace(xml)) return;
        if (_placeDepth > 0)
        {
            _isAmbiguous = true;
            return;
        }

        _placeDepth = xml.Depth;
        _context.StandIn(_tags);
        foreach (var (reference, _) in _open) reference.HoldsSignature = true;
        _keepsTags = _wanted.Count > 0;
    }

    private void BeginWanted(XmlTokenizer xml)
    {
        for (var index = _wanted.Count - 1; index >= 0; index--)
        {
            var (reference, id) = _wanted[index];
            if (!_ids!.TryFind(id, out var element) || element.Ordinal != xml.Ordinal) continue;
            var canonicalizer = reference.Canonicalizer(XmlSelection.Element(xml.Ordinal) with { Comments = false });
            if (_keepsTags && !reference.Reference.Canonicalization.IsExclusive) _tags.Replay(canonicalizer);
            _running.Add((reference, canonicalizer));
            _open.Add((reference, xml.Depth));
            _wanted.RemoveAt(index);
        }
    }

    private bool IsPlace(XmlTokenizer xml) => _place switch
    {
        SignaturePlace.Root => xml.Depth == 1,
        SignaturePlace.ById place => _ids!.TryFind(place.Id, out var element) && element.Ordinal == xml.Ordinal,
        SignaturePlace.ByName place => xml.LocalName.SequenceEqual(place.Local) && xml.Names[xml.Namespace].SequenceEqual(place.Namespace),
        _ => throw new InvalidOperationException("No such place."),
    };

    private void Leave(XmlTokenizer xml)
    {
        _ids?.Accept(xml);
        if (_keepsTags) _tags.Leave();
        while (_open.Count > 0 && _open[^1].Depth == xml.Depth)
        {
            Complete(_running.FindIndex(running => running.Reference == _open[^1].Reference));
            _open.RemoveAt(_open.Count - 1);
        }

        if (_placeDepth != xml.Depth || Insertion.Encoding is not null) return;
        Insertion = InsertionPoint.LastIn(xml);
    }
}
