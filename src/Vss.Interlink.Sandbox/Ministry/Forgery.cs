using System.Xml;

namespace Vss.Interlink.Sandbox.Ministry;

/// <summary>Where a signature-wrapping attack hides what was signed, while something else stands in its place.</summary>
public enum Wrapping
{
    /// <summary>The signed Body goes below a header block; a new Body has no id.</summary>
    HeaderBlock,

    /// <summary>The same, and the new Body takes the id too.</summary>
    HeaderBlockSameId,

    /// <summary>The signed Body goes into the Security header.</summary>
    SecurityHeader,

    /// <summary>The signed Body goes into ds:Signature/ds:Object.</summary>
    SignatureObject,

    /// <summary>The signed Body goes inside the new one.</summary>
    InsideTheNewBody,

    /// <summary>The new Body stands before the signed one.</summary>
    SecondBody,

    /// <summary>The signed Timestamp goes below a header block; a later one stands in its place, so that an old message looks fresh.</summary>
    Timestamp,
}

/// <summary>Turns an honestly signed envelope into a dishonest one.</summary>
internal static class Forgery
{
    private const string WrapperNamespace = "urn:example:wrapper";

    /// <summary>Changes the subject that was signed.</summary>
    public static void Tamper(XmlDocument envelope)
    {
        var subject = envelope.GetElementsByTagName("Subject", Names.Interlink).OfType<XmlElement>().First();
        subject.InnerText += " (and one more thing)";
    }

    /// <summary>Puts <paramref name="evilBody"/> where the signed Body was and keeps that where the signature still finds it.</summary>
    public static void Wrap(XmlDocument envelope, XmlElement evilBody, Wrapping wrapping, TimeProvider clock)
    {
        var header = RequestEnvelope.Part(envelope, "Header");
        var security = header["Security", Names.Wsse]!;
        if (wrapping == Wrapping.Timestamp)
        {
            Refresh(header, security, clock);
            return;
        }

        var signed = RequestEnvelope.Part(envelope, "Body");
        var evil = (XmlElement)envelope.ImportNode(evilBody, deep: true);
        if (wrapping == Wrapping.HeaderBlockSameId) evil.SetAttribute("Id", Names.Wsu, signed.GetAttribute("Id", Names.Wsu));
        if (wrapping == Wrapping.SecondBody)
        {
            signed.ParentNode!.InsertBefore(evil, signed);
            return;
        }

        signed.ParentNode!.ReplaceChild(evil, signed);
        XmlNode hidingPlace = wrapping switch
        {
            Wrapping.SecurityHeader => Wrapper(security),
            Wrapping.SignatureObject => security["Signature", Names.Dsig]!.AppendChild(envelope.CreateElement("Object", Names.Dsig))!,
            Wrapping.InsideTheNewBody => Wrapper((XmlElement)evil.FirstChild!.FirstChild!),
            _ => Wrapper(header),
        };
        hidingPlace.AppendChild(signed);
    }

    private static void Refresh(XmlElement header, XmlElement security, TimeProvider clock)
    {
        var signed = security["Timestamp", Names.Wsu]!;
        var fresh = (XmlElement)signed.CloneNode(deep: true);
        fresh.SetAttribute("Id", Names.Wsu, "fresh");
        fresh["Expires", Names.Wsu]!.InnerText = clock.GetUtcNow().AddMinutes(4).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'");
        security.ReplaceChild(fresh, signed);
        Wrapper(header).AppendChild(signed);
    }

    private static XmlNode Wrapper(XmlElement parent) => parent.AppendChild(parent.OwnerDocument.CreateElement("w", "Wrapper", WrapperNamespace))!;
}
