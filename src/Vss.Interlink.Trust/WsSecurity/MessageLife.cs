using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml;
using Vss.Interlink.XmlSecurity;

namespace Vss.Interlink.Trust.WsSecurity;

/// <summary>What a wsu:Timestamp says (WSS 1.1 §10).</summary>
/// <param name="Created">From when on the message is good.</param>
/// <param name="Expires">Until when; null where it does not say.</param>
internal sealed partial record MessageLife(DateTimeOffset Created, DateTimeOffset? Expires)
{
    private const int MaxTextLength = 64;

    /// <summary>Reads the element from its canonical octets; null when Created or Expires is missing, double or no xsd:dateTime in UTC.</summary>
    public static MessageLife? Read(ReadOnlyMemory<byte> timestamp)
    {
        using var reader = SafeXml.Reader(timestamp, XmlLimits.None);   // they were digested under the limits of the envelope
        DateTimeOffset? created = null;
        DateTimeOffset? expires = null;
        reader.Read();
        while (reader.Read())
        {
            if (reader is not { NodeType: XmlNodeType.Element, Depth: 1, NamespaceURI: Wss.Utility }) continue;
            var isCreated = reader.LocalName == "Created";
            if (!isCreated && reader.LocalName != "Expires") continue;
            if ((isCreated ? created : expires) is not null || Time(reader) is not { } time) return null;
            if (isCreated) created = time;
            else expires = time;
        }

        return created is { } from ? new MessageLife(from, expires) : null;
    }

    // Leaves the reader on the end tag.
    private static DateTimeOffset? Time(XmlReader element)
    {
        if (element.IsEmptyElement || !element.Read() || element.NodeType != XmlNodeType.Text) return null;
        var text = new char[MaxTextLength + 1];
        var length = 0;
        while (length < text.Length && element.ReadValueChunk(text, length, text.Length - length) is var read and > 0) length += read;
        return length <= MaxTextLength && element.Read() && element.NodeType == XmlNodeType.EndElement && XsdTime().Match(new string(text, 0, length).Trim()) is { Success: true } match
            && DateTimeOffset.TryParseExact(match.Groups[1].Value + match.Groups[2].Value + "Z", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            && time.Year is > 1900 and < 9000
            ? time : null;
    }

    // xsd:dateTime in UTC; digits below 100 ns are dropped.
    [GeneratedRegex(@"\A([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})(\.[0-9]{1,7})?[0-9]*Z\z")]
    private static partial Regex XsdTime();
}
