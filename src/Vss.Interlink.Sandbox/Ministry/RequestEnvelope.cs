using System.Xml;

namespace Vss.Interlink.Sandbox.Ministry;

/// <summary>Builds unsigned envelopes in the ministry's dialect.</summary>
internal static class RequestEnvelope
{
    public static string Namespace(SoapDialect dialect) => dialect == SoapDialect.Soap12 ? Names.Soap12 : Names.Soap11;

    public static string ActionOf(string operation) => $"{Names.Interlink}/{operation}";

    public static XmlDocument Build(MinistryOptions options, string operation, Action<XmlWriter> parameters)
    {
        var soap = Namespace(options.Dialect);
        var document = new XmlDocument { PreserveWhitespace = true, XmlResolver = null };
        using var writer = document.CreateNavigator()!.AppendChild();
        writer.WriteStartElement("S", "Envelope", soap);
        writer.WriteStartElement("S", "Header", soap);
        if (options.WithAddressing)
        {
            writer.WriteElementString("wsa", "Action", Names.Addressing, ActionOf(operation));
            writer.WriteElementString("wsa", "MessageID", Names.Addressing, $"urn:uuid:{Guid.NewGuid():D}");
        }

        writer.WriteEndElement();
        writer.WriteStartElement("S", "Body", soap);
        writer.WriteStartElement("v", operation, Names.Interlink);
        parameters(writer);
        writer.WriteEndElement();
        writer.WriteEndElement();
        writer.WriteEndElement();
        return document;
    }

    public static XmlElement Part(XmlDocument envelope, string name) =>
        envelope.DocumentElement![name, envelope.DocumentElement.NamespaceURI] ?? throw new InvalidDataException($"The envelope has no {name}.");
}
