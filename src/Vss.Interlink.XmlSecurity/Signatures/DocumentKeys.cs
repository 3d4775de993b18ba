namespace Vss.Interlink.XmlSecurity.Signatures;

/// <summary>Keys that the signatures of one document bring, each read once.</summary>
internal sealed class DocumentKeys : IDisposable
{
    private readonly List<(ReadOnlyMemory<byte> Certificate, byte[]? Info)> _certificates = [];
    private readonly List<(byte[] Info, VerificationKey Key)> _keys = [];
    private readonly List<VerificationKey> _others = [];

    /// <summary>The key of a certificate, DER; null where it is none, or its key is of another kind.</summary>
    public VerificationKey? OfCertificate(ReadOnlyMemory<byte> certificate)
    {
        foreach (var (known, info) in _certificates)
        {
            if (known.Span.SequenceEqual(certificate.Span)) return info is null ? null : OfSubjectPublicKeyInfo(info);
        }

        var read = CertificateKey.SubjectPublicKeyInfo(certificate);
        _certificates.Add((certificate, read));
        return read is null ? null : OfSubjectPublicKeyInfo(read);
    }

    /// <summary>Null where it is no key, or one of another kind.</summary>
    public VerificationKey? OfSubjectPublicKeyInfo(byte[] info)
    {
        foreach (var known in _keys)
        {
            if (known.Info.AsSpan().SequenceEqual(info)) return known.Key;
        }

        if ((KeyPool.Rent(info) ?? VerificationKey.OfSubjectPublicKeyInfo(info)) is not { } key) return null;
        _keys.Add((info, key));
        return key;
    }

    /// <summary>Null where it is no key, or one of another kind.</summary>
    public VerificationKey? Of(KeyValueModel value)
    {
        if (value.SubjectPublicKeyInfo is { } info) return OfSubjectPublicKeyInfo(info);
        var key = VerificationKey.Of(value);
        if (key is not null) _others.Add(key);
        return key;
    }

    public void Dispose()
    {
        foreach (var (info, key) in _keys) KeyPool.Return(info, key);
        foreach (var key in _others) key.Dispose();
    }
}
