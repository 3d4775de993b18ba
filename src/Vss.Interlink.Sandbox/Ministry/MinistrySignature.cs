using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Security.Cryptography.Xml;
using System.Xml;

namespace Vss.Interlink.Sandbox.Ministry;

/// <summary>
/// WS-Security X.509 certificate token profile 1.1 by the platform's SignedXml: a second implementation beside the hub's own, so that the two
/// can only agree by keeping to the specifications.
/// </summary>
internal static class MinistrySignature
{
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(5);

    /// <summary>Adds the Security header: Timestamp, BinarySecurityToken, signature over Body, Timestamp and WS-Addressing blocks.</summary>
    public static void Sign(XmlDocument envelope, X509Certificate2 signer, TimeProvider clock)
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
        var signed = new WsuSignedXml(envelope) { SigningKey = key };
        signed.SignedInfo!.CanonicalizationMethod = SignedXml.XmlDsigExcC14NTransformUrl;
        signed.SignedInfo.SignatureMethod = SignedXml.XmlDsigRSASHA256Url;
        List<XmlElement> covered = [RequestEnvelope.Part(envelope, "Body"), timestamp, .. header.ChildNodes.OfType<XmlElement>().Where(block => block.NamespaceURI == Names.Addressing)];
        foreach (var element in covered)
        {
            var reference = new Reference($"#{Identify(element)}") { DigestMethod = SignedXml.XmlDsigSHA256Url };
            reference.AddTransform(new XmlDsigExcC14NTransform());
            signed.AddReference(reference);
        }

        signed.KeyInfo.AddClause(new KeyInfoNode(ReferenceTo(envelope, Identify(token))));
        signed.ComputeSignature();
        security.AppendChild(envelope.ImportNode(signed.GetXml(), deep: true));
    }

    /// <summary>Verifies the hub's signature over the very Body and Timestamp of its answer, and that it is the hub who signed.</summary>
    /// <exception cref="InvalidDataException">With the reason: the answer must not be believed.</exception>
    public static void Verify(XmlDocument envelope, MinistryOptions options)
    {
        var security = RequestEnvelope.Part(envelope, "Header")["Security", Names.Wsse] ?? throw Untrusted("it has no Security header");
        var timestamp = security["Timestamp", Names.Wsu] ?? throw Untrusted("it has no Timestamp");
        var signature = security["Signature", Names.Dsig] ?? throw Untrusted("it is not signed");
        var signed = new WsuSignedXml(envelope);
        signed.LoadXml(signature);
        if (signed.SignatureMethod != SignedXml.XmlDsigRSASHA256Url) throw Untrusted("its signature algorithm is not the agreed one");
        var covered = signed.SignedInfo!.References.Cast<Reference>().Select(reference => signed.GetIdElement(envelope, reference.Uri!.TrimStart('#'))).ToList();
        if (!covered.Contains(RequestEnvelope.Part(envelope, "Body")) || !covered.Contains(timestamp)) throw Untrusted("its signature does not cover Body and Timestamp");

        using var certificate = TokenOf(security, signature, signed);
        using var key = certificate.GetRSAPublicKey() ?? throw Untrusted("its certificate has no RSA key");
        if (!signed.CheckSignature(key)) throw Untrusted("its signature is wrong");
        Chain(certificate, options);
        var now = options.Clock.GetUtcNow();
        if (Time(timestamp, "Created") > now + Life || Time(timestamp, "Expires") < now) throw Untrusted("its Timestamp is out of its window");
    }

    private static X509Certificate2 TokenOf(XmlElement security, XmlElement signature, WsuSignedXml signed)
    {
        var reference = signature.GetElementsByTagName("Reference", Names.Wsse).OfType<XmlElement>().SingleOrDefault() ?? throw Untrusted("its signature names no token");
        var token = signed.GetIdElement(security.OwnerDocument, reference.GetAttribute("URI").TrimStart('#'));
        return token is { LocalName: "BinarySecurityToken", NamespaceURI: Names.Wsse } && token.ParentNode == security
            ? X509CertificateLoader.LoadCertificate(Convert.FromBase64String(token.InnerText))
            : throw Untrusted("its signature names no token of the Security header");
    }

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

    private static XmlElement ReferenceTo(XmlDocument envelope, string id)
    {
        var holder = envelope.CreateElement("wsse", "SecurityTokenReference", Names.Wsse);
        var reference = Append(holder, "wsse", "Reference", Names.Wsse);
        reference.SetAttribute("URI", $"#{id}");
        reference.SetAttribute("ValueType", Names.X509v3);
        return holder;
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

    /// <summary>SignedXml that finds elements by wsu:Id, and only where exactly one has the id.</summary>
    private sealed class WsuSignedXml(XmlDocument envelope) : SignedXml(envelope)
    {
        public override XmlElement? GetIdElement(XmlDocument? document, string idValue)
        {
            var found = document!.SelectNodes("//*")!.OfType<XmlElement>().Where(element => element.GetAttribute("Id", Names.Wsu) == idValue).Take(2).ToList();
            return found.Count == 1 ? found[0] : throw new CryptographicException($"{found.Count} elements have the id {idValue}.");
        }
    }
}
