using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Xml;
using Vss.Interlink.XmlSecurity;
using Vss.Interlink.XmlSecurity.Signatures;
using Vss.Interlink.XmlSecurity.Signing;

namespace Vss.Interlink.Sandbox.Ministry;

/// <summary>WS-Security X.509 certificate token profile 1.1, from the ministry's side of the wire.</summary>
internal static class MinistrySignature
{
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(5);

    /// <summary>Adds the Security header: Timestamp, BinarySecurityToken, signature over Body, Timestamp and WS-Addressing blocks.</summary>
    /// <returns>The signed envelope; the one that was given is changed on the way.</returns>
    public static async Task<XmlDocument> SignAsync(XmlDocument envelope, X509Certificate2 signer, TimeProvider clock, CancellationToken cancellation)
    {
        var header = RequestEnvelope.Part(envelope, "Header");
        var security = Append(header, "wsse", "Security", Names.Wsse);
        security.SetAttribute("mustUnderstand", envelope.DocumentElement!.NamespaceURI, "1");
        var now = clock.GetUtcNow();
        var timestamp = Append(security, "wsu", "Timestamp", Names.Wsu);
        Append(timestamp, "wsu", "Created", Names.Wsu).InnerText = Stamp(now);
        Append(timestamp, "wsu", "Expires", Names.Wsu).InnerText = Stamp(now + Life);
        var token = Append(security, "wsse", "BinarySecurityToken", Names.Wsse);
        token.SetAttribute("EncodingType", Names.Base64);
        token.SetAttribute("ValueType", Names.X509v3);
        token.InnerText = Convert.ToBase64String(signer.RawDataMemory.Span);

        using var key = signer.GetRSAPrivateKey() ?? throw new InvalidDataException("The ministry signs by RSA, and its certificate has no such key.");
        List<XmlElement> covered = [RequestEnvelope.Part(envelope, "Body"), timestamp, .. header.ChildNodes.OfType<XmlElement>().Where(block => block.NamespaceURI == Names.Addressing)];
        var options = new SignatureOptions
        {
            Certificate = new SigningCertificate(signer.RawDataMemory),
            Algorithm = SignatureAlgorithm.RsaSha256,
            KeyInfo = KeyInformation.Token($"#{Identify(token)}", Names.X509v3),
            Ids = XmlIdRules.WsSecurity,
        };
        List<SignatureReference> references = [.. covered.Select(element => new SignatureReference.Element(Identify(element)))];
        using var signed = new MemoryStream();
        var refusal = await XmlSigner.SignAsync(
            OctetSource.Of(Wire.Octets(envelope)), SignaturePlace.InElement(Names.Wsse, "Security"), references, options, XmlLimits.OwnFiles,
            (digest, hash, _) => ValueTask.FromResult(key.SignHash(digest.Span, hash, RSASignaturePadding.Pkcs1)), signed, cancellation);
        return refusal is null ? Wire.Parse(signed.ToArray()) : throw new InvalidDataException($"The ministry's own envelope cannot be signed: {refusal.Detail}.");
    }

    /// <summary>Verifies the hub's signature over the very Body and Timestamp of its answer, and that it is the hub who signed.</summary>
    /// <exception cref="InvalidDataException">With the reason: the answer must not be believed.</exception>
    public static void Verify(ReadOnlyMemory<byte> answer, XmlDocument envelope, MinistryOptions options)
    {
        var security = RequestEnvelope.Part(envelope, "Header")["Security", Names.Wsse] ?? throw Untrusted("it has no Security header");
        var timestamp = security["Timestamp", Names.Wsu] ?? throw Untrusted("it has no Timestamp");
        var signature = security["Signature", Names.Dsig] ?? throw Untrusted("it is not signed");
        using var report = SignatureVerifier.Verify(answer, new VerificationRequest { Xml = XmlLimits.OwnFiles, Only = OrdinalOf(signature) });
        if (report.Signatures is not [var signed]) throw Untrusted("its signature cannot be read");
        if (signed.Algorithms is not [_, "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256" or "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256", ..]) throw Untrusted("its signature algorithm is not the agreed one");
        var covered = signed.References.Select(reference => reference.Ordinal).ToList();
        if (!covered.Contains(OrdinalOf(RequestEnvelope.Part(envelope, "Body"))) || !covered.Contains(OrdinalOf(timestamp))) throw Untrusted("its signature does not cover Body and Timestamp");
        var token = security["BinarySecurityToken", Names.Wsse];
        if (token is null || signed.KeyOrigin != KeyOrigin.SecurityToken || signed.TokenOrdinal != OrdinalOf(token)) throw Untrusted("its signature names no token of the Security header");
        if (signed.Integrity != SignatureIntegrity.Intact) throw Untrusted("its signature is wrong");
        using var certificate = X509CertificateLoader.LoadCertificate(signed.SigningCertificate.Span);
        Chain(certificate, options);
        var now = options.Clock.GetUtcNow();
        if (Time(timestamp, "Created") > now + Life || Time(timestamp, "Expires") < now) throw Untrusted("its Timestamp is out of its window");
    }

    // Position among all start tags of the document, as reports count it.
    private static int OrdinalOf(XmlElement element) => element.OwnerDocument.SelectNodes("//*")!.Cast<XmlNode>().TakeWhile(other => other != element).Count() + 1;

    private static void Chain(X509Certificate2 certificate, MinistryOptions options)
    {
        if (certificate.Subject != options.HubSubject) throw Untrusted($"{certificate.Subject} signed it, who is not the hub");
        using var chain = new X509Chain { ChainPolicy = ChainPolicy(options) };
        if (!chain.Build(certificate)) throw Untrusted($"its certificate is not trusted: {string.Join(", ", chain.ChainStatus.Select(status => status.Status))}");
    }

    /// <summary>Trust in the configured anchors alone; the development PKI's CRLs are the hub's business.</summary>
    public static X509ChainPolicy ChainPolicy(MinistryOptions options)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
        policy.CustomTrustStore.AddRange(options.Anchors);
        policy.ExtraStore.AddRange(options.Intermediates);
        policy.VerificationTime = options.Clock.GetUtcNow().UtcDateTime;
        return policy;
    }

    private static string Identify(XmlElement element)
    {
        var id = $"id-{Guid.NewGuid():N}";
        var attribute = element.OwnerDocument.CreateAttribute("wsu", "Id", Names.Wsu);
        attribute.Value = id;
        element.SetAttributeNode(attribute);
        return id;
    }

    private static XmlElement Append(XmlElement parent, string prefix, string name, string ns) => (XmlElement)parent.AppendChild(parent.OwnerDocument.CreateElement(prefix, name, ns))!;

    private static string Stamp(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'");

    private static DateTimeOffset Time(XmlElement timestamp, string name) => XmlConvert.ToDateTimeOffset(timestamp[name, Names.Wsu]?.InnerText ?? throw Untrusted($"its Timestamp has no {name}"));

    private static InvalidDataException Untrusted(string why) => new($"The hub's answer must not be believed: {why}.");
}
