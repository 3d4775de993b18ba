using System.Text;
using Vss.Interlink.XmlSecurity.Reading;

namespace Vss.Interlink.XmlSecurity.Signatures;

/// <summary>How a part of the document stands to a signature.</summary>
public enum PartStanding
{
    /// <summary>Nothing in it is signed.</summary>
    NotSigned,

    /// <summary>Not signed itself, but something in it is, if only the octets that its text decodes to, or the signature stands in it; its parts are listed behind it.</summary>
    InPart,

    /// <summary>Signed with everything in it, but for signatures that are left out; those are listed behind it.</summary>
    Signed,

    /// <summary>The signature itself; what its Objects hold is listed behind it unless it is signed.</summary>
    TheSignature,
}

/// <summary>A part of the document. All parts together, in the document's order, are all of it: what is neither signed nor leads to what is signed is listed as not signed.</summary>
/// <param name="Ordinal">Position of the element among all start tags of the document, the root element being 1.</param>
/// <param name="Parent">Ordinal of the element around it; 0 for the root element, -1 when that is within a signed part.</param>
/// <param name="NamespaceName">Namespace name, empty for none.</param>
/// <param name="LocalName">Local name.</param>
/// <param name="Standing">Whether it is signed.</param>
public sealed record DocumentPart(int Ordinal, int Parent, string NamespaceName, string LocalName, PartStanding Standing);

/// <summary>An element that a reference selects.</summary>
/// <param name="Ordinal">The element.</param>
/// <param name="LeftOut">The signature that is left out; see <see cref="DigestSource"/>.</param>
/// <param name="IsDecoded">Whether its text is signed as the octets that it decodes to, and no tag in it.</param>
internal readonly record struct SignedTarget(int Ordinal, int LeftOut, bool IsDecoded = false);

/// <summary>Finds, while the document passes, which parts of it one signature covers.</summary>
internal sealed class PartsOutline
{
    private readonly int _signature;
    private readonly int _maxParts;
    private readonly ElementNames _elements;
    private readonly SignedTarget[] _targets;   // by ordinal
    private readonly string[] _names;           // of the targets' elements
    private readonly List<DocumentPart> _parts = [];
    private Frame[] _frames = new Frame[16];
    private int _count;
    private int _settled;                       // frames from the outermost on that are known to lead to something signed
    private int _signatureDepth;                // 0 outside the signature
    private int _next;                          // the first target that did not come yet

    /// <param name="signature">Ordinal of the signature.</param>
    /// <param name="targets">What its references select, the whole document as its root element.</param>
    /// <param name="maxParts">How many parts are listed.</param>
    /// <param name="elements">Names of the document, shared by its signatures.</param>
    public PartsOutline(int signature, IEnumerable<SignedTarget> targets, int maxParts, ElementNames elements)
    {
        (_signature, _maxParts, _elements) = (signature, maxParts, elements);

        // Of several that select one element the one that leaves out least counts.
        var sorted = new SortedDictionary<int, SignedTarget>();
        foreach (var target in targets)
        {
            if (!sorted.TryGetValue(target.Ordinal, out var other) || LeavesOutLess(target, other)) sorted[target.Ordinal] = target;
        }

        _targets = [.. sorted.Values];
        _names = new string[_targets.Length];
    }

    private enum Kind
    {
        NotSigned,
        InPart,
        Signed,
        TheSignature,
        PassedBy,   // of the signature: what is signed implicitly, or is never signed
    }

    public IReadOnlyList<DocumentPart> Parts => _parts;

    /// <summary>Whether all parts are listed.</summary>
    public bool IsComplete { get; private set; } = true;

    /// <summary>Whether the root element is selected.</summary>
    public bool HasRoot => _targets is [{ Ordinal: 1 }, ..];

    /// <summary>Qualified name of a selected element; empty when it did not come.</summary>
    public string NameOf(int ordinal)
    {
        var index = Array.FindIndex(_targets, target => target.Ordinal == ordinal);
        return index < 0 ? "" : _names[index] ?? "";
    }

    /// <summary>Whether of an element no more is signed than what its text decodes to.</summary>
    public bool IsDecoded(int ordinal) => Array.Exists(_targets, target => target.Ordinal == ordinal && target.IsDecoded);

    public void Enter(XmlTokenizer xml)
    {
        var isTarget = _next < _targets.Length && _targets[_next].Ordinal == xml.Ordinal;
        if (isTarget) _names[_next++] = Encoding.UTF8.GetString(xml.Name);
        var around = _count == 0 ? new Frame { Ordinal = 0 } : _frames[_count - 1];
        if (around.Kind == Kind.Signed && !IsLeftOut(xml, around.LeftOut)) return;
        if (isTarget && !_targets[_next - 1].IsDecoded) Push(xml, Kind.Signed, PartStanding.Signed, around, _targets[_next - 1].LeftOut);
        else if (xml.Ordinal == _signature) Push(xml, Kind.TheSignature, PartStanding.TheSignature, around);
        else if (isTarget) Push(xml, Kind.InPart, PartStanding.InPart, around);
        else if (around.Kind == Kind.TheSignature && xml.LocalName.SequenceEqual("SignedInfo"u8)) Push(xml, Kind.Signed, null, around);   // by the signature value, whatever is in it
        else if ((around.Kind == Kind.PassedBy || IsPassedBy(xml, around)) && IsOfSignatures(xml.Names[xml.Namespace])) Push(xml, Kind.PassedBy, null, around);
        else Push(xml, Kind.NotSigned, PartStanding.NotSigned, around);
    }

    public void Leave(XmlTokenizer xml)
    {
        if (_count == 0 || _frames[_count - 1].Depth != xml.Depth) return;
        ref readonly var frame = ref _frames[--_count];
        _settled = Math.Min(_settled, _count);
        if (_signatureDepth == xml.Depth) _signatureDepth = 0;
        if (frame.Index < 0) return;
        if (frame.Kind == Kind.InPart)
        {
            _parts[frame.Index] = _parts[frame.Index] with { Standing = PartStanding.InPart };
        }
        else if (frame.Kind == Kind.NotSigned)
        {
            // What is in it need not be listed.
            _parts.RemoveRange(frame.Index + 1, _parts.Count - frame.Index - 1);
            IsComplete = frame.WasComplete;
        }
    }

    private static bool LeavesOutLess(in SignedTarget one, in SignedTarget other) => Rank(one) < Rank(other);

    private static int Rank(in SignedTarget target) => target switch
    {
        { IsDecoded: true } => 3,
        { LeftOut: 0 } => 0,
        { LeftOut: DigestSource.EverySignature } => 2,
        _ => 1,
    };

    private static bool IsLeftOut(XmlTokenizer xml, int leftOut) => leftOut switch
    {
        0 => false,
        DigestSource.EverySignature => xml.LocalName.SequenceEqual("Signature"u8) && xml.Names[xml.Namespace].SequenceEqual(DsigNames.Dsig),
        _ => xml.Ordinal == leftOut,
    };

    private bool IsPassedBy(XmlTokenizer xml, in Frame around)
    {
        var name = xml.LocalName;
        if (around.Kind == Kind.TheSignature) return !name.SequenceEqual("Object"u8);
        return _signatureDepth > 0 && name.SequenceEqual("UnsignedProperties"u8) && xml.Names[xml.Namespace].SequenceEqual(DsigNames.Xades);
    }

    // What a signature says of itself is in the namespaces of signatures. Anything else in there, as in KeyInfo, is content that nobody signed.
    private static bool IsOfSignatures(ReadOnlySpan<byte> namespaceName) =>
        namespaceName.SequenceEqual(DsigNames.Dsig) || namespaceName.SequenceEqual("http://www.w3.org/2009/xmldsig11#"u8) || namespaceName.StartsWith("http://uri.etsi.org/01903/v1."u8)
        || namespaceName.StartsWith("http://docs.oasis-open.org/wss/"u8);

    private void Push(XmlTokenizer xml, Kind kind, PartStanding? standing, in Frame around, int leftOut = 0)
    {
        var index = -1;
        if (standing is { } known)
        {
            if (_parts.Count == _maxParts)
            {
                IsComplete = false;
            }
            else
            {
                index = _parts.Count;
                var parent = around.Kind == Kind.Signed ? -1 : around.Ordinal;
                var (namespaceName, localName) = _elements.Of(xml);
                _parts.Add(new DocumentPart(xml.Ordinal, parent, namespaceName, localName, known));
            }
        }

        if (kind is Kind.Signed or Kind.TheSignature or Kind.InPart)
        {
            for (; _settled < _count; _settled++)
            {
                if (_frames[_settled].Kind == Kind.NotSigned) _frames[_settled].Kind = Kind.InPart;
            }
        }

        if (kind == Kind.TheSignature) _signatureDepth = xml.Depth;
        if (_count == _frames.Length) Array.Resize(ref _frames, 2 * _count);
        _frames[_count++] = new Frame { Kind = kind, Depth = xml.Depth, Ordinal = xml.Ordinal, Index = index, LeftOut = leftOut, WasComplete = IsComplete };
    }

    private struct Frame
    {
        public Kind Kind;
        public int Depth;
        public int Ordinal;
        public int Index;           // in the list of parts; -1 when it is not listed
        public int LeftOut;
        public bool WasComplete;
    }
}
