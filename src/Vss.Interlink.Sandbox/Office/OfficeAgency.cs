using System.Net.Http.Json;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using System.Xml;
using Vss.Interlink.EdXml;

namespace Vss.Interlink.Sandbox.Office;

/// <summary>An agency on the national axis that seals what it sends; its packets reach the axis through the sandbox's back door.</summary>
public sealed class OfficeAgency(HttpClient http, Uri axis, string organ, string name, X509Certificate2 seal, TimeProvider clock)
{
    private const string SealId = "office-seal";

    /// <summary>Sends a document to one receiver. Returns the axis's docId for the receiver.</summary>
    /// <param name="packetOf">May change the packet before it is sealed.</param>
    /// <param name="onTheWay">May change the octets after that: plays whoever tampers between agency and axis.</param>
    public async Task<string> SendAsync(string receiver, string number, string subject, IReadOnlyDictionary<string, byte[]> contents, Func<EdXmlPacket, EdXmlPacket>? packetOf = null, bool seals = true, Func<byte[], byte[]>? onTheWay = null)
    {
        var today = clock.GetUtcNow().ToOffset(EdXmlTime.VietnamOffset);
        var date = EdXmlDate.Format(DateOnly.FromDateTime(today.DateTime));
        var packet = new EdXmlPacket
        {
            Header = new MessageHeader
            {
                From = new Organization { OrganId = organ, OrganName = name },
                To = [new Organization { OrganId = receiver, OrganName = "Bảo hiểm xã hội Việt Nam" }],
                DocumentId = $"{organ},{date},{number}/VPCP-KGVX",
                Code = new DocumentCode { CodeNumber = number, CodeNotation = "VPCP-KGVX" },
                PromulgationInfo = new PromulgationInfo { Place = "Hà Nội", PromulgationDate = date },
                DocumentType = new DocumentType { Type = "18", TypeName = "Công văn" },
                Subject = subject,
                SteeringType = "1",
            },
            TraceHeaders = [new TraceHeader { OrganId = organ, Timestamp = EdXmlTime.Format(today) }],
            Bussiness = new Bussiness { BussinessDocType = "0", BussinessDocReason = "Văn bản điện tử mới", Paper = "0" },
        };
        foreach (var id in contents.Keys) packet = packet.WithAttachment(id, id + ".txt", "text/plain");
        packet = packetOf?.Invoke(packet) ?? packet;
        var all = new Dictionary<string, byte[]>(contents, StringComparer.Ordinal);
        if (seals)
        {
            all[SealId] = OfficeSeal.Make(seal, HeaderProjection.Of(packet), contents, clock.GetUtcNow());
            packet = packet.WithAttachment(SealId, "office-seal.xml", "application/xml");
        }

        using var octets = new MemoryStream();
        EdXmlWriter.Write(octets, packet, info => new MemoryStream(all[info.ContentId], writable: false));
        return await InjectAsync("edoc", onTheWay?.Invoke(octets.ToArray()) ?? octets.ToArray());
    }

    /// <summary>Puts octets on the axis as they are. Returns the receiver's docId.</summary>
    public async Task<string> InjectAsync(string messageType, byte[] packet)
    {
        using var body = new ByteArrayContent(packet);
        using var answer = await http.PostAsync(new Uri(axis, $"sandbox/inject?messagetype={messageType}"), body);
        var json = await answer.Content.ReadFromJsonAsync<JsonObject>();
        return answer.IsSuccessStatusCode ? json!["docIds"]!.AsArray()[0]!.GetValue<string>() : throw new InvalidOperationException($"The axis refused the packet: {json}");
    }

    /// <summary>Packets that arrived for the agency, oldest first: message type and octets as the axis gives them out.</summary>
    public async Task<IReadOnlyList<(string MessageType, byte[] Packet)>> ReceivedAsync()
    {
        var items = await http.GetFromJsonAsync<JsonArray>(new Uri(axis, $"sandbox/packets?to={organ}"));
        return [.. items!.Select(item => (item!["messageType"]!.GetValue<string>(), Convert.FromBase64String(item["packet"]!.GetValue<string>())))];
    }

    /// <summary>The status packets among them.</summary>
    public async Task<IReadOnlyList<EdXmlStatus>> StatusesAsync() =>
        [.. (await ReceivedAsync()).Where(item => item.MessageType == "status").Select(item => Read(item.Packet, new Dictionary<string, byte[]>())).OfType<EdXmlReadResult.Status>().Select(status => status.Packet)];

    /// <summary>Reads a packet with the contents of its attachments, decoded.</summary>
    public static EdXmlReadResult Read(byte[] packet, IDictionary<string, byte[]> contents)
    {
        using var input = new MemoryStream(packet, writable: false);
        using var xml = XmlReader.Create(input, new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null });
        var opened = new List<MemoryStream>();
        var result = EdXmlReader.Read(xml, _ =>
        {
            opened.Add(new MemoryStream());
            return opened[^1];
        });
        if (result is EdXmlReadResult.Document document)
        {
            foreach (var attachment in document.Packet.Attachments) contents[attachment.ContentId] = opened[attachment.Index].ToArray();
        }

        return result;
    }
}
