using System.Security.Cryptography;
using Vss.Interlink.XmlSecurity.Canonical;
using Vss.Interlink.XmlSecurity.Reading;

namespace Vss.Interlink.XmlSecurity.Signatures;

/// <summary>What is digested, and in which form. Two references that agree in this share the work.</summary>
/// <param name="Ordinal">The element; 0 for the whole document.</param>
/// <param name="Content">Name of a content from outside; null for the document itself.</param>
/// <param name="Method">Canonicalisation; null where there is none.</param>
/// <param name="Prefixes">Its PrefixList.</param>
/// <param name="IsBase64">Whether the text is decoded.</param>
/// <param name="Comments">Whether comments are in the node-set.</param>
/// <param name="LeftOut">Ordinal of the signature that is left out; 0 for none, <see cref="EverySignature"/> for all.</param>
internal readonly record struct DigestSource(int Ordinal, string? Content, CanonicalizationMethod? Method, string Prefixes, bool IsBase64, bool Comments, int LeftOut)
{
    public const int EverySignature = -1;

    /// <summary>An element in canonical form with what the method says of comments.</summary>
    public static DigestSource Element(int ordinal, CanonicalizationMethod method, string prefixes) => new(ordinal, null, method, prefixes, false, true, 0);

    /// <summary>Whether the xml: attributes of the elements around the selected one matter.</summary>
    public bool NeedsAncestors => Ordinal > 0 && Method is { IsExclusive: false };
}

/// <summary>One run of octets on their way to digests and to who keeps them.</summary>
internal sealed class DigestJob(DigestSource source, DigestBudget budget) : OctetSink, IDisposable
{
    private readonly List<(HashAlgorithmName Name, IncrementalHash Hash)> _hashes = [];
    private readonly List<OctetSink> _sinks = [];
    private Canonicalizer? _canonicalizer;
    private Base64Content? _base64;
    private AncestorAttributes? _around;
    private int _apexDepth;

    public DigestSource Source { get; } = source;

    /// <summary>Why there is no digest; null when there is.</summary>
    public XmlRefusal? Refusal { get; private set; }

    /// <summary>Whether all of it was read.</summary>
    public bool IsDone { get; private set; }

    public bool IsKept => Kept is not null;

    /// <summary>The octets, when someone asked for them.</summary>
    public SignedOctets? Kept { get; private set; }

    /// <summary>Depth of the open element up to whose end nothing is digested; 0 outside one.</summary>
    public int LeftOutDepth => _canonicalizer?.LeftOutDepth ?? 0;

    public void Digest(HashAlgorithmName name)
    {
        foreach (var known in _hashes)
        {
            if (known.Name == name) return;
        }

        _hashes.Add((name, IncrementalHash.CreateHash(name)));
    }

    public void Keep(SignedOctets octets) => Kept ??= octets;

    public void Also(OctetSink sink) => _sinks.Add(sink);

    /// <summary>The digest; to be asked for once by each who asked for it to be computed, when it is done and not refused.</summary>
    public byte[] DigestOf(HashAlgorithmName name)
    {
        foreach (var known in _hashes)
        {
            if (known.Name == name) return known.Hash.GetCurrentHash();
        }

        throw new InvalidOperationException("Nobody asked for this digest.");
    }

    public override void Write(ReadOnlySpan<byte> octets)
    {
        budget.Take((long)octets.Length * (_hashes.Count + _sinks.Count));
        foreach (var (_, hash) in _hashes) hash.AppendData(octets);
        Kept?.Write(octets);
        foreach (var sink in _sinks) sink.Write(octets);
    }

    internal override void Spend(long work) => budget.Take(work);

    /// <summary>Begins with the token that the tokenizer stands on: the beginning of the document, or the start tag of the selected element.</summary>
    /// <param name="around">The xml: attributes of the elements around.</param>
    /// <param name="isLeftOut">Whether one of the elements around is left out and all of this with it.</param>
    /// <returns>Whether there is more to see.</returns>
    public bool Begin(AncestorAttributes around, bool isLeftOut)
    {
        _around = around;
        if (isLeftOut) Refusal = XmlSecurity.Canonicalizer.NothingSelected().ToRefusal();
        return !isLeftOut;
    }

    /// <summary>Looks at a token of the document.</summary>
    /// <param name="xml">Stands on it.</param>
    /// <param name="work">What looking costs, whatever comes of it.</param>
    /// <returns>Whether there is more to see.</returns>
    public bool Accept(XmlTokenizer xml, int work)
    {
        try
        {
            budget.Take(work);
            if (Source.IsBase64) AcceptText(xml);
            else (_canonicalizer ??= Canonicalizer()).Accept(xml);
            if (xml.Kind == XmlTokenKind.StartElement && xml.Ordinal == Source.Ordinal) _apexDepth = xml.Depth;
            if (xml.Kind != XmlTokenKind.EndElement || xml.Depth != _apexDepth || Source.Ordinal == 0) return true;
            Complete();
            return false;
        }
        catch (XmlRefusedException refused)
        {
            Refusal = refused.ToRefusal();
            return false;
        }
    }

    /// <summary>Takes the digest of the same octets that another job computed, when no more is asked for than that.</summary>
    /// <param name="other">Is done; has its own digest no longer where this succeeds.</param>
    /// <param name="work">What that cost.</param>
    public bool TryTake(DigestJob other, long work)
    {
        if (IsKept || _sinks.Count > 0 || _hashes.Count != 1 || _hashes[0].Name != other._hashes[0].Name) return false;
        (_hashes[0], other._hashes[0]) = (other._hashes[0], _hashes[0]);
        try
        {
            budget.Take(work);
            IsDone = true;
        }
        catch (XmlRefusedException refused)
        {
            Refusal = refused.ToRefusal();
        }

        return true;
    }

    /// <summary>The document ended.</summary>
    public void Complete()
    {
        if (IsDone || Refusal is not null) return;
        try
        {
            if (Source.IsBase64) (_base64 ??= new Base64Content(this)).Complete();
            else (_canonicalizer ??= Canonicalizer()).Complete();
            IsDone = true;
        }
        catch (XmlRefusedException refused)
        {
            Refusal = refused.ToRefusal();
        }
    }

    /// <summary>Reads a content from outside.</summary>
    public void Run(Stream content, XmlLimits limits)
    {
        try
        {
            if (Source.Method is { } method)
            {
                Refusal = Canonicalization.Write(content, limits, method, XmlSelection.Document, this, InclusivePrefixes.Parse(Source.Prefixes));
            }
            else
            {
                var buffer = new byte[64 * 1024];
                using var base64 = Source.IsBase64 ? new Base64Content(this) : null;
                for (int read; (read = content.Read(buffer)) > 0;)
                {
                    if (base64 is null) Write(buffer.AsSpan(0, read));
                    else base64.Write(buffer.AsSpan(0, read));
                }

                base64?.Complete();
            }
        }
        catch (XmlRefusedException refused)
        {
            Refusal = refused.ToRefusal();
        }

        IsDone = Refusal is null;
    }

    public void Dispose()
    {
        foreach (var (_, hash) in _hashes) hash.Dispose();
        _canonicalizer?.Dispose();
        _base64?.Dispose();
    }

    private Canonicalizer Canonicalizer()
    {
        var selection = (Source.Ordinal == 0 ? XmlSelection.Document : XmlSelection.Element(Source.Ordinal)) with
        {
            Comments = Source.Comments,
            LeftOutOrdinal = Math.Max(0, Source.LeftOut),
            LeaveOut = Source.LeftOut == DigestSource.EverySignature ? static element => element.LocalName.SequenceEqual("Signature"u8) && element.NamespaceName.SequenceEqual(DsigNames.Dsig) : null,
        };
        budget.Take(8L * Source.Prefixes.Length);   // each of them is read and looked up
        return new Canonicalizer(Source.Method!, selection, this, InclusivePrefixes.Parse(Source.Prefixes), _around!);
    }

    private void AcceptText(XmlTokenizer xml)
    {
        _base64 ??= new Base64Content(this);
        if (xml.Kind is not (XmlTokenKind.Text or XmlTokenKind.CData) || xml.Depth == 0) return;
        budget.Take(xml.Text.Length);   // white space gives no octets
        _base64.Write(xml.Text);
    }
}
