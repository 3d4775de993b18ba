namespace Vss.Interlink.XmlSecurity.Signatures;

/// <summary>Ids of the rules that a signature is held to: stable and published. What breaks one is a failed <see cref="Step"/>.</summary>
public static class SignatureRules
{
    public const string Structure = "sig.structure";
    public const string Text = "sig.structure.text";
    public const string Limit = "sig.limit";
    public const string NoReference = "sig.reference.none";

    public const string AlgorithmC14n = "sig.algorithm.c14n";
    public const string AlgorithmSignature = "sig.algorithm.signature";
    public const string AlgorithmDigest = "sig.algorithm.digest";
    public const string AlgorithmParameters = "sig.algorithm.parameters";
    public const string AlgorithmSha1 = "sig.algorithm.sha1";
    public const string AlgorithmMd5 = "sig.algorithm.md5";
    public const string AlgorithmHmac = "sig.algorithm.hmac";
    public const string AlgorithmDsa = "sig.algorithm.dsa";

    public const string Transform = "sig.algorithm.transform";
    public const string TransformXPath = "sig.transform.xpath";
    public const string TransformXslt = "sig.transform.xslt";
    public const string TransformDecryption = "sig.transform.decryption";

    public const string IdUnique = "sig.id.unique";
    public const string ReferenceResolved = "sig.reference.resolved";
    public const string ReferenceExternal = "sig.reference.external";
    public const string ReferenceTarget = "sig.reference.target";
    public const string Canonicalised = "sig.canonicalised";
    public const string Digest = "sig.digest";
    public const string ManifestDigest = "sig.manifest.digest";
    public const string SignedInfo = "sig.signedinfo";

    public const string RetrievalMethod = "sig.keyinfo.retrieval-method";
    public const string KeyInfoReference = "sig.keyinfo.reference";
    public const string KeyFound = "sig.key";
    public const string KeyLength = "sig.key.length";
    public const string KeyExponent = "sig.key.exponent";
    public const string KeyAgrees = "sig.key.agrees";
    public const string Token = "cert.token";
    public const string Value = "sig.value";

    public const string XadesStructure = "xades.structure";
    public const string XadesSigned = "xades.signed-properties";
    public const string XadesCertificate = "xades.signing-certificate";
    public const string TimeStamp = "xades.timestamp";

    public const string Coverage = "sig.coverage";

    /// <summary>What a broken rule means: ETSI EN 319 102-1 section 5.1.3. Without trust nothing about algorithms or keys is final.</summary>
    public static (Indication Indication, SubIndication SubIndication) Meaning(string rule) => rule switch
    {
        Digest or ManifestDigest => (Indication.TotalFailed, SubIndication.HashFailure),
        Value or SignedInfo => (Indication.TotalFailed, SubIndication.SigCryptoFailure),
        Structure or Text or NoReference or XadesStructure or XadesSigned or Canonicalised => (Indication.TotalFailed, SubIndication.FormatFailure),
        ReferenceResolved or ReferenceExternal or ReferenceTarget or IdUnique => (Indication.Indeterminate, SubIndication.SignedDataNotFound),
        KeyFound or KeyAgrees or Token or RetrievalMethod or KeyInfoReference or XadesCertificate => (Indication.Indeterminate, SubIndication.NoSigningCertificateFound),
        Limit => (Indication.Indeterminate, SubIndication.PolicyProcessingError),
        TimeStamp or Coverage => (Indication.Indeterminate, SubIndication.SigConstraintsFailure),
        _ => (Indication.Indeterminate, SubIndication.CryptoConstraintsFailure),
    };

    /// <summary>What the sender should do about a broken rule.</summary>
    public static string Remedy(string rule) => rule switch
    {
        Structure => "Build the signature by XML-DSig: SignedInfo, SignatureValue, KeyInfo, Objects, each child once and in the schema's order.",
        Text => "Write each value as one text, without a comment, a CDATA section or an element in it, as canonical base64 where it is base64.",
        Limit => "Sign with fewer or smaller parts.",
        NoReference => "Let SignedInfo refer to what is to be signed.",
        AlgorithmC14n => "Canonicalise by Canonical XML 1.0, 1.1 or Exclusive XML Canonicalization 1.0.",
        AlgorithmSha1 or AlgorithmMd5 or AlgorithmDigest => "Digest with SHA-256, SHA-384 or SHA-512.",
        AlgorithmSignature or AlgorithmHmac or AlgorithmDsa or AlgorithmParameters => "Sign by RSA PKCS#1 v1.5, RSASSA-PSS or ECDSA with SHA-256, SHA-384 or SHA-512, without other parameters.",
        Transform or TransformXPath or TransformXslt or TransformDecryption => "Use the enveloped-signature transform, base64 and one canonicalisation, nothing else.",
        IdUnique => "Give each signed element an identifier of its own.",
        ReferenceResolved => "Refer to each signed element as #id, with the identifier in an attribute that the receiver knows.",
        ReferenceExternal => "Carry what is signed in the document, or hand it over beside it; nothing is fetched.",
        ReferenceTarget => "Let the reference point to what its type says.",
        Canonicalised => "Use absolute namespace names and refer to an element that is there.",
        Digest or ManifestDigest => "The content was changed after it was signed: sign its final form and send it untouched.",
        SignedInfo or Value => "SignedInfo was changed after signing, or another key signed: check which key signs.",
        RetrievalMethod or KeyInfoReference or KeyFound or Token => "Put the signer's certificate into ds:X509Data, or refer to a wsse:BinarySecurityToken.",
        KeyLength => "Sign with an RSA key of at least 2048 bits, or on P-256, P-384 or P-521.",
        KeyExponent => "Sign with an RSA key whose public exponent is 65537.",
        KeyAgrees => "Leave KeyValue out, or give the certificate's key there.",
        XadesStructure or XadesSigned => "Build XAdES properties by EN 319 132-1, refer to the SignedProperties from SignedInfo and name the signature in Target.",
        XadesCertificate => "Name the signer's certificate by its digest in SigningCertificateV2.",
        TimeStamp => "Let the time stamp be renewed: it belongs to other octets, or cannot be read.",
        _ => "Sign the whole document.",
    };
}
