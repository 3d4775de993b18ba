using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;
using System.Xml;
using Vss.Interlink.Trust.Certificates;
using Vss.Interlink.Trust.Policy;
using Vss.Interlink.Trust.Verification;
using Vss.Interlink.XmlSecurity;

namespace Vss.Interlink.Trust.WsSecurity;

/// <summary>
/// WS-Security X.509 certificate token profile 1.1: one Timestamp, one BinarySecurityToken, one Signature, over the very Body that is processed, the Timestamp and, where
/// WS-Addressing is used, Action and MessageID. Positions are checked, not names: a signed Body that was moved elsewhere does not count.
/// </summary>
public sealed partial class SoapVerifier(Func<TrustStore> store, ValidationPolicy policy, TimestampWindow window, TimeProvider clock)
{
    private static readonly string[] SignedAddressing = ["Action", "MessageID", "To", "RelatesTo"];

    /// <summary>Verdict over an envelope whose xop:Include elements were expanded. The verified octets are the Body, exclusive canonical form.</summary>
    public VerificationResult Verify(XmlDocument envelope)
    {
        var ladder = new Ladder();
        return ladder.Result(Check(envelope, ladder));
    }

    private VerifiedDocument? Check(XmlDocument envelope, Ladder ladder)
    {
        // 1 the parts, by their place
        if (Parts.Find(envelope, ladder) is not { } parts) return null;

        // 2 the signature's structure and algorithms, and the certificate that it names
        var ids = new IdIndex(envelope);
        if (SignatureElement.Read(parts.Signature, ladder) is not { } signature || Token(signature, parts, ids, ladder) is not { } signer) return null;

        // 3 what the references point to: only parts of this message, each in its place
        if (Targets(ids, signature, parts, ladder) is not { } targets || !Covers(targets, parts, ladder)) return null;

        // 4 the signer, before anything costly (W3C XML Signature Best Practices 1)
        if (!CertificateJudge.Judge(signer, [], store(), clock.GetUtcNow(), forClientAuthentication: false, policy, ladder) && CertificateJudge.Ends(policy, ladder)) return null;

        // 5 the arithmetic
        if (!SignatureCheck.Value(signature, signer, ladder)) return null;
        byte[]? body = null;
        foreach (var (reference, element) in targets)
        {
            var octets = SignatureCheck.Octets(element, reference, element.Name, ladder);
            if (octets is null || !SignatureCheck.Digest(reference, octets, element.Name, ladder)) return null;
            if (ReferenceEquals(element, parts.Body)) body = octets;
            ladder.Cover(SignatureCheck.Covers(reference, element));
        }

        // 6 the time, now that it is known who says it
        return InWindow(parts.Timestamp, ladder) && ladder.IsWhole ? new VerifiedDocument(Assurance.Signed, CertificateJudge.Name(signer), ladder.Passed(), body!) : null;
    }

    private static X509Certificate2? Token(SignatureElement signature, Parts parts, IdIndex ids, Ladder ladder)
    {
        const string remedy = "Refer from KeyInfo by wsse:SecurityTokenReference/wsse:Reference to one wsse:BinarySecurityToken of type X509v3 in the same Security header.";
        var reference = SignatureElement.Elements(signature.KeyInfo!).ToList() is [{ LocalName: "SecurityTokenReference", NamespaceURI: Wss.Security } holder]
            && SignatureElement.Elements(holder).ToList() is [{ LocalName: "Reference", NamespaceURI: Wss.Security } inner] ? inner : null;
        var token = reference is null ? null : SignatureCheck.Resolve(ids, reference.GetAttribute("URI"), ladder);
        if (token is null)
        {
            if (ladder.IsWhole) ladder.Fail(Rules.Token, "ds:KeyInfo", "KeyInfo does not refer to a security token", remedy);
            return null;
        }

        if (token is not { LocalName: "BinarySecurityToken", NamespaceURI: Wss.Security } || !ReferenceEquals(token.ParentNode, parts.Security) || token.GetAttribute("ValueType") != Wss.X509v3 ||
            token.GetAttribute("EncodingType") is not ("" or Wss.Base64) || !XadesCheck.TryCertificate(token, out var certificate))
        {
            ladder.Fail(Rules.Token, "wsse:BinarySecurityToken", "the token that is referred to is no X509v3 certificate in this Security header", remedy);
            return null;
        }

        ladder.Claims = ladder.Claims! with { Signer = CertificateJudge.Name(certificate) };
        ladder.Pass(Rules.Token, "wsse:BinarySecurityToken", "an X.509 certificate");
        return certificate;
    }

    private static List<(SignatureReference Reference, XmlElement Element)>? Targets(IdIndex ids, SignatureElement signature, Parts parts, Ladder ladder)
    {
        var targets = new List<(SignatureReference, XmlElement)>();
        foreach (var reference in signature.References)
        {
            if (reference is not { Type: null, Transforms: [Dsig.ExclusiveC14n] })
            {
                ladder.Fail(Rules.AlgorithmTransform, "ds:Reference", "each reference needs exclusive canonicalisation as its only transform", "Use one exclusive canonicalisation transform per reference.");
                return null;
            }

            if (SignatureCheck.Resolve(ids, reference.Uri, ladder) is not { } element) return null;
            var known = ReferenceEquals(element, parts.Body) || ReferenceEquals(element, parts.Timestamp) ||
                        ReferenceEquals(element.ParentNode, parts.Header) || (ReferenceEquals(element.ParentNode, parts.Security) && element.LocalName == "BinarySecurityToken");
            if (!known)
            {
                ladder.Fail(Rules.ReferenceTarget, element.Name, "a reference covers an element that is neither this message's Body, nor its Timestamp, its token or one of its header blocks",
                    "Sign the Body, Timestamp and header blocks where they are processed.");
                return null;
            }

            if (targets.Exists(other => ReferenceEquals(other.Item2, element)))
            {
                ladder.Fail(Rules.ReferenceTarget, element.Name, "two references cover the same element", "Refer to each element once.");
                return null;
            }

            targets.Add((reference, element));
        }

        return targets;
    }

    private static bool Covers(List<(SignatureReference Reference, XmlElement Element)> targets, Parts parts, Ladder ladder)
    {
        bool Signed(XmlElement element) => targets.Exists(target => ReferenceEquals(target.Element, element));
        var addressing = SignatureElement.Elements(parts.Header).FirstOrDefault(block => block.NamespaceURI == Wss.Addressing && SignedAddressing.Contains(block.LocalName) && !Signed(block));
        return ladder.Check(Signed(parts.Body), Rules.CoverageBody, "soap:Body", "the Body is covered", "the signature does not cover the Body that would be processed", "Sign the Body of the envelope by its own wsu:Id.")
            && ladder.Check(Signed(parts.Timestamp), Rules.CoverageTimestamp, "wsu:Timestamp", "the Timestamp is covered", "the signature does not cover the Timestamp", "Sign the Timestamp too.")
            && ladder.Check(addressing is null, Rules.CoverageAddressing, "soap:Header", "addressing is covered where there is any", $"wsa:{addressing?.LocalName} is there but not signed",
                "Sign Action, MessageID, To and RelatesTo, or leave WS-Addressing out.");
    }

    private bool InWindow(XmlElement timestamp, Ladder ladder)
    {
        const string remedy = "Set the sender's clock; give Created in UTC, and Expires a few minutes later.";
        var children = SignatureElement.Elements(timestamp).ToList();
        var created = Time(children, "Created");
        var expires = Time(children, "Expires");
        if (created is not { } from || (expires is null && children.Exists(child => child.LocalName == "Expires")))
        {
            return ladder.Fail(Rules.Window, "wsu:Timestamp", "Created or Expires is missing, double or no xsd:dateTime in UTC", remedy);
        }

        var now = clock.GetUtcNow();
        var end = expires is { } until && until < from + window.MaxAge ? until : from + window.MaxAge;
        return ladder.Check(from - window.ClockSkew <= now && now < end + window.ClockSkew && from < end, Rules.Window, "wsu:Timestamp", "inside its window",
            $"good from {Iso(from)} to {Iso(end)}, the hub's time is {Iso(now)}", remedy);
    }

    private static DateTimeOffset? Time(List<XmlElement> children, string name) =>
        children.FindAll(child => child.LocalName == name && child.NamespaceURI == Wss.Utility) is [var only] && XsdTime().Match(only.InnerText.Trim()) is { Success: true } match
        && DateTimeOffset.TryParseExact(match.Groups[1].Value + match.Groups[2].Value + "Z", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) && time.Year is > 1900 and < 9000
            ? time : null;

    // xsd:dateTime in UTC (WSS 1.1 §10); digits below 100 ns are dropped.
    [GeneratedRegex(@"\A([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})(\.[0-9]{1,7})?[0-9]*Z\z")]
    private static partial Regex XsdTime();

    private static string Iso(DateTimeOffset time) => time.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'");
}

/// <summary>The parts of a secured envelope, each found by its place below its parent.</summary>
internal sealed record Parts(XmlElement Header, XmlElement Security, XmlElement Timestamp, XmlElement Signature, XmlElement Body)
{
    public static Parts? Find(XmlDocument envelope, Ladder ladder)
    {
        const string remedy = "Send one wsse:Security header with one wsu:Timestamp, one wsse:BinarySecurityToken and one ds:Signature.";
        var root = envelope.DocumentElement!;
        var soap = root.NamespaceURI;
        if (root.LocalName != "Envelope" || soap is not (Wss.Soap11 or Wss.Soap12)) return Nothing(ladder.Fail(Rules.Structure, root.Name, "the root is no SOAP envelope", "Send a SOAP envelope."));
        if (All(root, "Body", soap) is not [var body]) return Nothing(ladder.Fail(Rules.Structure, root.Name, "expected one Body", "Send one Body."));
        var headers = All(root, "Header", soap);
        List<XmlElement> securities = headers is [var single] ? [.. All(single, "Security", Wss.Security).Where(block => IsForUs(block, soap))] : [];
        if (headers is not [var header] || securities.Count == 0) return Nothing(ladder.Fail(Rules.Present, root.Name, "there is no wsse:Security header", remedy));
        if (securities is not [var security]) return Nothing(ladder.Fail(Rules.Structure, "soap:Header", "there is more than one wsse:Security header", remedy));
        var signatures = All(security, "Signature", Dsig.Namespace);
        if (signatures.Count == 0) return Nothing(ladder.Fail(Rules.Present, "wsse:Security", "there is no ds:Signature in the Security header", remedy));
        var timestamps = All(security, "Timestamp", Wss.Utility);
        if (signatures is not [var signature] || timestamps is not [var timestamp])
        {
            return Nothing(ladder.Fail(Rules.Structure, "wsse:Security", "expected exactly one ds:Signature and one wsu:Timestamp", remedy));
        }

        ladder.Pass(Rules.Present, "wsse:Security", "a signature and a timestamp");
        return new Parts(header, security, timestamp, signature, body);
    }

    // WSS 1.1 §5: one Security block per actor. Those for others are theirs.
    private static bool IsForUs(XmlElement block, string soap) => (soap == Wss.Soap11 ? block.GetAttribute("actor", soap) : block.GetAttribute("role", soap)) is
        "" or "http://schemas.xmlsoap.org/soap/actor/next" or Wss.Soap12 + "/role/next" or Wss.Soap12 + "/role/ultimateReceiver";

    private static List<XmlElement> All(XmlElement parent, string name, string ns) => [.. SignatureElement.Elements(parent).Where(child => child.LocalName == name && child.NamespaceURI == ns)];

    private static Parts? Nothing(bool _) => null;
}
