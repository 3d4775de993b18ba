using System.Xml;

namespace Vss.Interlink.EdXml;

/// <summary>What reading a projection gave.</summary>
public abstract record ProjectionReadResult
{
    private ProjectionReadResult()
    {
    }

    /// <summary>The parts that a projection holds.</summary>
    public sealed record Read(MessageHeader Header, Bussiness? Bussiness) : ProjectionReadResult;

    /// <summary>At least one error.</summary>
    public sealed record Refused(IReadOnlyList<EdXmlError> Errors) : ProjectionReadResult;
}

/// <summary>
/// The part of a packet that a seal covers and that survives the axis: <c>MessageHeader</c> without <c>Direction</c>, and <c>Bussiness</c>.
/// The axis re-orders and re-writes the packet, adds trace headers and a direction, and drops empty elements, so a seal over the packet's own bytes
/// cannot hold; one over these bytes does. Attachments are sealed by their own digests.
/// <para>
/// The form is fixed: UTF-8 in exclusive canonical form (W3C exc-C14N), no declaration, default namespace <see cref="Namespace"/> in the place of the
/// packet's, fields in the order of the clauses, extensions after them sorted by name, namespace and content (ordinal), empty elements left out, no white
/// space around values, line ends as LF. A change to it is a new namespace.
/// </para>
/// </summary>
public static class HeaderProjection
{
    /// <summary>The default namespace of the projection; its last part is the version of the form.</summary>
    public const string Namespace = "urn:vss:interlink:edxml-header:1";

    private const string RootName = "EdXmlHeader";

    /// <summary>The bytes to seal, or to compare with what was sealed.</summary>
    /// <exception cref="ArgumentException">A value holds characters that XML cannot carry; none that was read from a packet does.</exception>
    public static byte[] Of(EdXmlPacket packet) => Of(packet.Header, packet.Bussiness);

    /// <inheritdoc cref="Of(EdXmlPacket)"/>
    public static byte[] Of(MessageHeader header, Bussiness? bussiness)
    {
        var sealedHeader = header.OtherInfo is { } other ? header with { OtherInfo = other with { Direction = null } } : header;
        var root = new FieldWriter(RootName).Section(sealedHeader.Write()).Section(bussiness?.Write()).Element()!;
        ErrorList errors = new(1);
        WriterRules.Characters(root, RootName, errors);
        if (errors.Count > 0) throw new ArgumentException(errors[0].ToString());
        return CanonicalXml.Bytes(InProjectionNamespace(root.WithoutEmpty()!));
    }

    /// <summary>The header and the business part back from a projection; nothing is lost but what the projection leaves out.</summary>
    /// <param name="xml">Made safe by the caller, as for <see cref="EdXmlReader"/>.</param>
    /// <param name="limits">The defaults where null.</param>
    public static ProjectionReadResult Read(XmlReader xml, EdXmlLimits? limits = null)
    {
        ArgumentNullException.ThrowIfNull(xml);
        limits ??= new EdXmlLimits();
        try
        {
            return Read(xml, limits);
        }
        catch (EdXmlRefusalException refusal)
        {
            return new ProjectionReadResult.Refused([refusal.Error]);
        }
        catch (XmlException malformed)
        {
            return new ProjectionReadResult.Refused([EdXmlReader.NotWellFormed(malformed)]);
        }

        static ProjectionReadResult Read(XmlReader xml, EdXmlLimits limits)
        {
            if (xml.MoveToContent() != XmlNodeType.Element || xml.LocalName != RootName || xml.NamespaceURI != Namespace)
                throw NotAProjection("The root element is not that of a header projection.");
            var root = new ElementReader(xml, limits, PacketNamespace).Element(RootName);
            while (xml.Read())
            {
                // To the end of the document: only then is it known to be well-formed.
            }
            ErrorList errors = new(limits.Errors);
            var at = new FieldReader(root, RootName, errors);
            var result = new ProjectionReadResult.Read(at.RequiredSection("MessageHeader", MessageHeader.Read), at.Section("Bussiness", Bussiness.Read));
            foreach (var other in at.Rest()) at.Bad(other.Name, $"{other.Name} is no part of a header projection.", "Take it out.");
            return errors.Count > 0 ? new ProjectionReadResult.Refused(errors) : result;
        }
    }

    private static EdXmlElement InProjectionNamespace(EdXmlElement element) => element with
    {
        Namespace = element.Namespace == EdXmlNames.Qcvn ? Namespace : element.Namespace,
        Children = [.. element.Children.Select(InProjectionNamespace)],
    };

    /// <summary>The projection's namespace stands for the packet's; were the packet's own admitted too, two projections would read as one header.</summary>
    private static string PacketNamespace(string uri) => uri switch
    {
        Namespace => EdXmlNames.Qcvn,
        EdXmlNames.Qcvn => throw NotAProjection("A header projection holds no element in the packet's own namespace."),
        _ => uri,
    };

    private static EdXmlRefusalException NotAProjection(string message) =>
        new(new EdXmlError(EdXmlFault.NotEdXml, RootName, message, $"Send a {RootName} in the namespace {Namespace}."));
}
