using System.Security.Cryptography;
using Vss.Interlink.XmlSecurity.Signatures;

namespace Vss.Interlink.XmlSecurity.Signing;

/// <summary>A signature that lacks only its value. Used once; not safe for use by several threads at once.</summary>
public sealed class PreparedSignature : IDisposable
{
    private readonly OctetSource? _document;
    private readonly SignatureOptions _options;
    private readonly SignatureContext _context;
    private readonly List<ReferenceDigest> _references;
    private readonly List<SignatureObject> _objects;
    private readonly ArchiveImprint? _imprint;
    private readonly XmlText _signedInfo;
    private readonly XmlText _properties;
    private readonly PooledOctets _canonicalSignedInfo = new();
    private readonly XmlIdIndex? _ids;   // of the document and of what the signature carries; null where none matters
    private InsertionPoint _insertion;
    private XmlLimits _limits = new();

    internal PreparedSignature(OctetSource? document, SignaturePlace? place, IReadOnlyList<SignatureReference> references, SignatureOptions options)
    {
        (_document, _options) = (document, options);
        _context = new SignatureContext(options.Id ?? "id-" + RandomNumberGenerator.GetHexString(32, lowercase: true));
        (_signedInfo, _properties) = (new XmlText(options.Base64InLines), new XmlText(options.Base64InLines));
        var extension = options.Xades?.Extension;
        if (extension?.IsArchive == true) _imprint = new ArchiveImprint(extension.ImprintDigest, references.Count + 1);
        _references = [.. references.Select((reference, index) => new ReferenceDigest(reference, index, _context.Id, options.Digest, _imprint))];
        _objects = [.. _references.Select(reference => SignatureObject.Of(reference, options)).OfType<SignatureObject>()];
        var looksForIds = place is SignaturePlace.ById || references.Any(reference => reference is SignatureReference.Element or SignatureReference.XmlObject);
        if (looksForIds || GivenIds.Any()) _ids = new XmlIdIndex(options.Ids);
    }

    /// <summary>Id of the <c>ds:Signature</c>.</summary>
    public string Id => _context.Id;

    /// <summary>The canonical octets of <c>ds:SignedInfo</c>, for keys that sign a message.</summary>
    public ReadOnlyMemory<byte> SignedInfo => _canonicalSignedInfo.Memory;

    /// <summary>Their digest, for keys that sign a digest.</summary>
    public ReadOnlyMemory<byte> Digest { get; private set; }

    /// <summary>What <see cref="Digest"/> was computed by.</summary>
    public HashAlgorithmName Hash => _options.Algorithm.Digest.Name;

    /// <summary>Writes the document with the signature, or the signature where it stands alone. What <paramref name="output"/> gets is in the document's encoding.</summary>
    /// <param name="value">The signature value, as <see cref="DigestSigner"/> gives it.</param>
    /// <param name="output">Stays open.</param>
    /// <param name="cancellation">Ends the work; the output is of no use then.</param>
    /// <exception cref="ArgumentException">The value is not as long as the key's values are.</exception>
    /// <exception cref="IOException">The document or <paramref name="output"/> fails.</exception>
    public async Task FinishAsync(ReadOnlyMemory<byte> value, Stream output, CancellationToken cancellation)
    {
        if (value.Length != _options.Certificate.ValueLength) throw new ArgumentException($"A signature value of this key has {_options.Certificate.ValueLength} octets.", nameof(value));
        using var valueElement = new XmlText(_options.Base64InLines, 1024);
        valueElement.Open("ds:SignatureValue"u8).Attribute("Id"u8, Id + "-value").Close().Base64(value.Span).End("ds:SignatureValue"u8);
        using var keyInfo = new XmlText(_options.Base64InLines);
        KeyInfoElement.Write(keyInfo, _options);
        using var unsigned = new XmlText(_options.Base64InLines);
        if (_options.Xades?.Extension is { } extension) await WriteUnsignedAsync(unsigned, extension, valueElement, keyInfo, cancellation);

        if (_document is null)
        {
            await WriteAsync(output, valueElement, keyInfo, unsigned, cancellation);
            return;
        }

        await _insertion.CopyAsync(_document, output, inserted => WriteAsync(inserted, valueElement, keyInfo, unsigned, cancellation), cancellation);
    }

    public void Dispose()
    {
        foreach (var reference in _references) reference.Dispose();
        _imprint?.Dispose();
        _context.Dispose();
        _signedInfo.Dispose();
        _properties.Dispose();
        _canonicalSignedInfo.Dispose();
    }

    /// <summary>The first reading of the document.</summary>
    /// <exception cref="XmlRefusedException">It breaks a rule.</exception>
    internal SigningRefusal? Read(OctetSource document, SignaturePlace place, XmlLimits limits)
    {
        using var xml = document.OpenXml(limits);
        using var pass = new DocumentPass(place, _references, _context, _ids);
        if (pass.Run(xml) is { } refusal) return refusal;
        _insertion = pass.Insertion;
        return null;
    }

    /// <summary>Digests what is not in the document, then writes what is signed of the signature itself.</summary>
    /// <exception cref="XmlRefusedException">A document that the signature carries breaks a rule.</exception>
    internal SigningRefusal? DigestRest(XmlLimits limits)
    {
        _limits = limits;
        foreach (var carried in _objects) carried.Digest(_context, limits, _ids);
        if (_ids is not null && GivenIds.FirstOrDefault(id => _ids.TryFind(id, out _)) is { } taken)
        {
            return new SigningRefusal(SigningRefusalKind.IdTaken, $"the document has the identifier '{taken}', which the signature was to have");
        }

        foreach (var reference in _references)
        {
            if (reference.Reference is SignatureReference.External external) SignatureObject.DigestAll(external.Content, reference);
            else if (reference.Reference is SignatureReference.ExternalDigest { Digest: var digest }) reference.Complete(digest);
        }

        WriteSignedInfo(_options.Xades is null ? null : WriteProperties(_options.Xades));
        _context.Canonicalize(_signedInfo.Octets.Span, 1, _options.Canonicalization, OctetSink.To(_canonicalSignedInfo));
        Digest = _options.Algorithm.Digest.Hash(_canonicalSignedInfo.Span);
        return null;
    }

    // Random identifiers are not looked for in the document.
    private IEnumerable<string> GivenIds
    {
        get
        {
            if (_options.Id is not null)
            {
                yield return Id;
                yield return Id + "-value";
                if (_options.Xades is not null) yield return QualifyingProperties.SignedPropertiesId(Id);
            }

            foreach (var reference in _references)
            {
                if (_options.Id is not null || reference.Reference.Id is not null) yield return reference.Id;
                if (reference.ObjectId is { } carried && (_options.Id is not null || !carried.StartsWith(Id, StringComparison.Ordinal))) yield return carried;
            }
        }
    }

    private void WriteSignedInfo(ReferenceDigest? properties)
    {
        _signedInfo.Start("ds:SignedInfo"u8).Algorithm("ds:CanonicalizationMethod"u8, _options.Canonicalization.Uri).Algorithm("ds:SignatureMethod"u8, _options.Algorithm.Uri);
        foreach (var reference in _references) reference.Write(_signedInfo, _options.Digest);
        properties?.Write(_signedInfo, _options.Digest);
        _signedInfo.End("ds:SignedInfo"u8);
    }

    private ReferenceDigest WriteProperties(XadesProperties xades)
    {
        QualifyingProperties.WriteSigned(_properties, Id, _options, xades, _references);
        var id = QualifyingProperties.SignedPropertiesId(Id);
        var reference = new ReferenceDigest(new SignatureReference.Element(id) { Type = DsigNames.SignedPropertiesType }, _references.Count, Id, _options.Digest, _imprint);
        using var whole = new PooledOctets(_properties.Length + QualifyingProperties.Ending.Length);
        whole.Write(_properties.Octets.Span);
        whole.Write(QualifyingProperties.Ending);
        _context.Canonicalize(whole.Span, 3, reference.Reference.Canonicalization, reference);   // ds:Object, xades:QualifyingProperties, this
        reference.Complete();
        return reference;
    }

    private async ValueTask WriteUnsignedAsync(XmlText unsigned, XadesExtension extension, XmlText value, XmlText keyInfo, CancellationToken cancellation)
    {
        using var canonicalValue = new PooledOctets(1024);
        _context.Canonicalize(value.Octets.Span, 1, CanonicalizationMethod.Exclusive, OctetSink.To(canonicalValue));
        if (_imprint is not null)
        {
            _context.Canonicalize(_signedInfo.Octets.Span, 1, CanonicalizationMethod.Exclusive, _imprint.Rest);
            _imprint.Rest.Write(canonicalValue.Span);
            if (keyInfo.Length > 0) _context.Canonicalize(keyInfo.Octets.Span, 1, CanonicalizationMethod.Exclusive, _imprint.Rest);
        }

        unsigned.Start("xades:UnsignedProperties"u8).Start("xades:UnsignedSignatureProperties"u8);
        await UnsignedProperties.WriteAsync(unsigned, extension, PresentProperties.None, canonicalValue.Memory, _imprint, WriteObjects, cancellation);
        unsigned.End("xades:UnsignedSignatureProperties"u8).End("xades:UnsignedProperties"u8);
    }

    private void WriteObjects(OctetSink sink)
    {
        try
        {
            foreach (var carried in _objects) carried.Canonicalize(_context, _limits, sink);
        }
        catch (XmlRefusedException refused)
        {
            throw new IOException("The octets that were signed have changed while they were signed.", refused);
        }
    }

    private async ValueTask WriteAsync(Stream output, XmlText value, XmlText keyInfo, XmlText unsigned, CancellationToken cancellation)
    {
        using var text = new XmlText(size: _signedInfo.Length + keyInfo.Length + 1024);
        text.Raw(_context.StartTag.Span).Raw(_signedInfo.Octets.Span).Raw(value.Octets.Span).Raw(keyInfo.Octets.Span);
        if (_objects.Count > 0)
        {
            await output.WriteAsync(text.Octets, cancellation);
            text.Clear();
            foreach (var carried in _objects) await carried.WriteAsync(output, cancellation);
        }

        if (_options.Xades is not null) text.Raw(_properties.Octets.Span).Raw(unsigned.Octets.Span).Raw(QualifyingProperties.Ending);
        text.Raw("</ds:Signature>"u8);
        await output.WriteAsync(text.Octets, cancellation);
    }
}
