using System.Security.Cryptography;

namespace Vss.Interlink.XmlSecurity.Signatures;

/// <summary>Finds the key of one signature, by the caller or in KeyInfo, and verifies the value with it. KeyInfo that says two things about the key is refused.</summary>
internal sealed class KeySearch(SignatureModel signature, SignatureScanner scanner, VerificationRequest request, DocumentKeys keys, Ladder ladder)
{
    private const string At = "ds:KeyInfo";

    public KeyOrigin Origin { get; private set; }

    /// <summary>Certificate of the key that verified, or the first one where none did; empty where there is none.</summary>
    public ReadOnlyMemory<byte> Certificate { get; private set; }

    /// <summary>The security token that KeyInfo refers to.</summary>
    public SecurityToken? Token { get; private set; }

    /// <summary>Looks for the key and verifies.</summary>
    /// <param name="hash">Digest of SignedInfo; null when it cannot be verified anyway and only the certificate is wanted for the report.</param>
    public SignatureIntegrity Find(byte[]? hash)
    {
        if (request.Key is { } key) return ByCaller(key, hash);
        if (signature.KeyInfo is not { } keyInfo) return None(SignatureRules.KeyFound, "the signature has no KeyInfo, and the caller brought no key");
        if (keyInfo.BrokenRule is { } broken) return None(broken, "KeyInfo refers to something that is not looked for, or has a key of a kind that never verifies");
        if (keyInfo.TokenUri is { } uri && !FindToken(uri)) return SignatureIntegrity.Unknown;
        return Candidates(keyInfo) is { Count: > 0 } candidates ? ByCertificate(candidates, keyInfo, hash) : ByValue(keyInfo, hash);
    }

    private SignatureIntegrity None(string rule, string detail)
    {
        ladder.Fail(rule, At, detail);
        return SignatureIntegrity.Unknown;
    }

    private SignatureIntegrity ByCaller(SignerKey given, byte[]? hash)
    {
        Origin = KeyOrigin.Caller;
        if (!given.Certificate.IsEmpty)
        {
            Certificate = given.Certificate;
            return keys.OfCertificate(Certificate) is not { } key ? None(SignatureRules.KeyFound, "the certificate that the caller brought has no RSA key and none on P-256, P-384 or P-521") : Verify(key, hash);
        }

        if (keys.OfSubjectPublicKeyInfo(given.PublicKey.ToArray()) is not { } bare) return None(SignatureRules.KeyFound, "the key that the caller brought is neither RSA nor on P-256, P-384 or P-521");
        foreach (var octets in signature.KeyInfo?.Certificates ?? [])
        {
            if (Certificate.IsEmpty && keys.OfCertificate(octets)?.IsSameAs(bare) == true) Certificate = octets;
        }

        return Verify(bare, hash);
    }

    private bool FindToken(string uri)
    {
        const string detail = "KeyInfo refers to a security token that is not there";
        if (uri.Length > 1 && uri[0] == '#')
        {
            if (scanner.Ids.IsRepeated(uri[1..]))
            {
                ladder.Fail(SignatureRules.IdUnique, At, "two elements have the identifier of the security token");
                return false;
            }

            if (scanner.Ids.TryFind(uri[1..], out var element)) Token = scanner.Tokens.Find(token => token.Ordinal == element.Ordinal);
        }

        if (Token is { IsX509: true }) return true;
        ladder.Fail(SignatureRules.Token, At, Token is null ? detail : "the security token is no X.509 certificate in base64");
        return false;
    }

    private List<byte[]> Candidates(KeyInfoModel keyInfo)
    {
        List<byte[]> candidates = [];
        if (Token is not null) candidates.Add(Token.Octets);
        candidates.AddRange(keyInfo.Certificates);

        // The one that the signed properties name comes first; without them the first that stands there.
        if (signature.Xades?.SigningCertificates is not [var named, ..] || named.Digest.Hash.Name is null || request.Policy.Refuses(named.Digest) is not null) return candidates;
        var index = candidates.FindIndex(octets => CryptographicOperations.HashData(named.Digest.Hash, octets).AsSpan().SequenceEqual(named.Value));
        if (index > 0) (candidates[0], candidates[index]) = (candidates[index], candidates[0]);
        return candidates;
    }

    private SignatureIntegrity ByCertificate(List<byte[]> candidates, KeyInfoModel keyInfo, byte[]? hash)
    {
        // An issuer's certificate may stand before the signer's. The one that verifies counts, the first one where none does.
        VerificationKey? found = null;
        foreach (var octets in candidates)
        {
            if (keys.OfCertificate(octets) is not { } key) continue;
            var isRight = candidates.Count == 1 || (hash is not null && IsRight(key, hash));
            if (found is not null && !isRight) continue;
            (Certificate, found) = (octets, key);
            if (isRight) break;
        }

        if (found is null) return None(SignatureRules.KeyFound, "no certificate of KeyInfo can be read, or none has a key of a known kind");
        Origin = Token is not null && Certificate.Span.SequenceEqual(Token.Octets) ? KeyOrigin.SecurityToken : KeyOrigin.Certificate;
        foreach (var value in keyInfo.Values)
        {
            if (keys.Of(value)?.IsSameAs(found) != true)
            {
                ladder.Fail(SignatureRules.KeyAgrees, At, "KeyValue is another key than the certificate's");
                return SignatureIntegrity.Unknown;
            }
        }

        return Verify(found, hash);
    }

    private SignatureIntegrity ByValue(KeyInfoModel keyInfo, byte[]? hash)
    {
        VerificationKey? found = null;
        foreach (var value in keyInfo.Values)
        {
            if (keys.Of(value) is not { } key) return None(SignatureRules.KeyFound, "KeyValue cannot be read");
            if (found is not null && !found.IsSameAs(key)) return None(SignatureRules.KeyAgrees, "KeyInfo has two different keys");
            found = key;
        }

        if (found is null) return None(SignatureRules.KeyFound, "KeyInfo has no certificate and no key, and the caller brought none");
        Origin = KeyOrigin.KeyValue;
        return Verify(found, hash);
    }

    private bool IsRight(VerificationKey key, byte[] hash)
    {
        var method = signature.SignedInfo!.Method;
        return key.Unfit(method, request.Policy) is null && key.Verifies(method, hash, signature.Value);
    }

    private SignatureIntegrity Verify(VerificationKey key, byte[]? hash)
    {
        if (hash is null) return SignatureIntegrity.Unknown;
        var method = signature.SignedInfo!.Method;
        if (key.Unfit(method, request.Policy) is var (rule, detail))
        {
            ladder.Fail(rule, At, detail);
            return SignatureIntegrity.Unknown;
        }

        ladder.Pass(SignatureRules.KeyFound, At, $"{key}, {Origin}");
        if (key.Verifies(method, hash, signature.Value))
        {
            ladder.Pass(SignatureRules.Value, "ds:SignatureValue", "the signature value verifies with this key");
            return SignatureIntegrity.Intact;
        }

        ladder.Fail(SignatureRules.Value, "ds:SignatureValue", "the signature value does not verify with this key");
        return SignatureIntegrity.Broken;
    }
}
