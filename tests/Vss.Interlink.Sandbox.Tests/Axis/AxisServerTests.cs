using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Xml;
using System.Xml.Linq;
using Vss.Interlink.Sandbox.Axis;

namespace Vss.Interlink.Sandbox.Tests.Axis;

/// <summary>The axis as a stranger with an HTTP client meets it.</summary>
public sealed class AxisServerTests : IAsyncLifetime, IDisposable
{
    private const string A = "999.00.00.G01";
    private const string B = "999.00.00.G02";
    private const string C = "999.00.00.G03";
    private const string Secret = "sandbox-secret-not-real";
    private static readonly XNamespace Q = "http://www.mic.gov.vn/TBT/QCVN_102_2016";

    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(30) };
    private AxisServer _axis = null!;

    public async ValueTask InitializeAsync()
    {
        _axis = await AxisServer.StartAsync(new AxisOptions
        {
            Systems = [new("sys-a", Secret, A, "Cơ quan A"), new("sys-b", "another-secret-not-real", B, "Cơ quan B")],
            Agencies = new Dictionary<string, string> { [C] = "Cơ quan C" },
        });
        _http.BaseAddress = _axis.BaseAddress;
    }

    public ValueTask DisposeAsync() => _axis.DisposeAsync();

    public void Dispose() => _http.Dispose();

    private static string Zip(string text, string name = "01234567-89ab-4cde-8f01-23456789abcd.txt")
    {
        using var bytes = new MemoryStream();
        using (var archive = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            using var entry = archive.CreateEntry(name, CompressionLevel.SmallestSize).Open();
            entry.Write(Encoding.UTF8.GetBytes(text));
        }
        return Convert.ToBase64String(bytes.ToArray());
    }

    /// <summary>A packet by hand, in the order of the clauses, with everything that the axis is known to change.</summary>
    private static string Packet(string content, string from = A) => $"""
        <?xml version="1.0" encoding="UTF-8"?>
        <edXML xmlns="{Q}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><edXML:edXMLEnvelope xmlns:edXML="{Q}"><!-- a comment -->
        <edXML:edXMLHeader><edXML:MessageHeader>
        <edXML:From><edXML:OrganId>{from}</edXML:OrganId></edXML:From><edXML:To><edXML:OrganId>{B}</edXML:OrganId></edXML:To><edXML:To><edXML:OrganId>{C}</edXML:OrganId></edXML:To>
        <edXML:Code><edXML:CodeNumber>1</edXML:CodeNumber><edXML:CodeNotation>QĐ</edXML:CodeNotation></edXML:Code><edXML:Subject>Thử</edXML:Subject>
        <edXML:ToPlaces><edXML:Place>Như trên</edXML:Place></edXML:ToPlaces><edXML:OtherInfo><edXML:Priority>0</edXML:Priority><edXML:Appendixes><edXML:Appendix>I</edXML:Appendix></edXML:Appendixes></edXML:OtherInfo>
        <edXML:ResponseFor><edXML:OrganId></edXML:OrganId><edXML:Code></edXML:Code></edXML:ResponseFor><edXML:SteeringType>1</edXML:SteeringType><edXML:DocumentId>d-1</edXML:DocumentId>
        </edXML:MessageHeader><edXML:TraceHeaderList><edXML:TraceHeader><edXML:OrganId>{from}</edXML:OrganId></edXML:TraceHeader></edXML:TraceHeaderList>
        <Signature xmlns="http://www.w3.org/2000/09/xmldsig#"><SignedInfo/></Signature></edXML:edXMLHeader></edXML:edXMLEnvelope>
        <edXML:AttachmentEncoded xmlns:edXML="{Q}"><edXML:Attachment><edXML:ContentId>cid:1</edXML:ContentId><edXML:ContentTransferEncoded>{content}</edXML:ContentTransferEncoded></edXML:Attachment></edXML:AttachmentEncoded></edXML>
        """;

    private static HttpRequestMessage Request(string operation, string systemId, string secret, HttpContent? content, params (string Key, string Value)[] parameters)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, operation) { Content = content };
        var headers = parameters.Append(("systemid", systemId))
            .Append(("timestamp", DateTimeOffset.UtcNow.ToString("ddMMyyyy'T'HHmmss", CultureInfo.InvariantCulture) + "+0000"))
            .Append(("version", "3.0.201608"))
            .ToDictionary(pair => "XroadVnpt-" + pair.Item1, pair => pair.Item2);
        var text = JsonSerializer.Serialize(headers);
        foreach (var (name, value) in headers) request.Headers.Add(name, value);
        request.Headers.Add("XroadVnpt-sign-header-key", string.Join(';', headers.Keys));
        request.Headers.Add("XroadVnpt-sign-header", text);
        request.Headers.Add("XroadVnpt-hash-header", Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(text))));
        return request;
    }

    private static HttpRequestMessage Send(string packet, string? hash = null, string type = "edoc")
    {
        var bytes = Encoding.UTF8.GetBytes(packet);
        return Request("sendEdoc", "sys-a", Secret, new MultipartFormDataContent { { new ByteArrayContent(bytes), "file_doc", "p.edxml" } },
            ("from", A), ("servicetype", "eDoc"), ("messagetype", type), ("hash-file", hash ?? Convert.ToHexStringLower(SHA256.HashData(bytes))));
    }

    private async Task<JsonObject> AnswerAsync(HttpRequestMessage request)
    {
        using var response = await _http.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return (await response.Content.ReadFromJsonAsync<JsonObject>())!;
    }

    private async Task RefusedAsync(string code, HttpRequestMessage request)
    {
        var answer = await AnswerAsync(request);
        Assert.Equal(("FAIL", code), ((string?)answer["status"], (string?)answer["ErrorCode"]));
        Assert.Empty(_axis.PacketsFor(B));
    }

    private static XElement Tree(byte[] packet)
    {
        using var xml = XmlReader.Create(new MemoryStream(packet), new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit });
        return XElement.Load(xml);
    }

    [Fact]
    public async Task What_is_sent_comes_out_rewritten_as_the_axis_rewrites()
    {
        await AnswerAsync(Send(Packet(Zip("nội dung"))));

        var text = Encoding.UTF8.GetString(Assert.Single(_axis.PacketsFor(B)));
        var packet = Tree(_axis.PacketsFor(B)[0]);
        var header = packet.Descendants(Q + "MessageHeader").Single();
        Assert.Equal(["From", "To", "To", "DocumentId", "Code", "Subject", "OtherInfo", "ResponseFor", "SteeringType", "ToPlaces"], header.Elements().Select(field => field.Name.LocalName));
        Assert.Equal(["Priority", "Direction", "Appendixes"], header.Element(Q + "OtherInfo")!.Elements().Select(field => field.Name.LocalName));
        Assert.True(header.Element(Q + "ResponseFor")!.IsEmpty);
        Assert.Equal([A, "999.00.00.AXIS"], packet.Descendants(Q + "TraceHeader").Select(trace => trace.Element(Q + "OrganId")!.Value));
        Assert.Equal(Q + "Signature", packet.Descendants().Single(element => element.Name.LocalName == "Signature").Name);
        Assert.Contains("<Signature>", text, StringComparison.Ordinal);
        Assert.Contains("<AttachmentEncoded>", text, StringComparison.Ordinal);
        Assert.Contains($"<edXML:ContentTransferEncoded xmlns:edXML=\"{Q}\">", text, StringComparison.Ordinal);
        Assert.Contains("<edXML:MessageHeader>", text, StringComparison.Ordinal);
        Assert.DoesNotContain("a comment", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_zipped_attachment_is_packed_anew_around_the_same_content()
    {
        var sent = Zip("nội dung");
        await AnswerAsync(Send(Packet(sent)));

        var given = Tree(_axis.PacketsFor(B)[0]).Descendants(Q + "ContentTransferEncoded").Single().Value;
        using var archive = new ZipArchive(new MemoryStream(Convert.FromBase64String(given)));
        var entry = Assert.Single(archive.Entries);
        using var content = new StreamReader(entry.Open());

        Assert.NotEqual(sent, given);
        Assert.EndsWith(".txt", entry.Name, StringComparison.Ordinal);
        Assert.NotEqual("01234567-89ab-4cde-8f01-23456789abcd.txt", entry.Name);
        Assert.Equal("nội dung", content.ReadToEnd());
    }

    [Fact]
    public async Task Raw_content_passes_as_it_is()
    {
        await AnswerAsync(Send(Packet("JVBERg==")));

        Assert.Equal("JVBERg==", Tree(_axis.PacketsFor(C)[0]).Descendants(Q + "ContentTransferEncoded").Single().Value);
    }

    [Fact]
    public async Task One_sending_makes_an_item_for_each_receiver()
    {
        var docId = (string?)(await AnswerAsync(Send(Packet("JVBERg=="))))["DocId"];
        var today = DateTimeOffset.UtcNow.ToOffset(TimeSpan.FromHours(7)).ToString("yyyy/MM/dd", CultureInfo.InvariantCulture);

        var list = (await AnswerAsync(Request("getSentEdocList", "sys-a", Secret, null, ("servicetype", "eDoc"), ("messagetype", "edoc"), ("fromDate", today), ("toDate", today))))["data"]!.AsArray();

        Assert.Equal([B, C], list.Select(item => (string?)item!["toCode"]).Order(StringComparer.Ordinal));
        Assert.All(list, item => Assert.Equal(docId, (string?)item!["senderDocId"]));
        Assert.Equal(2, list.Select(item => (string?)item!["receiverDocId"]).Distinct().Count());
    }

    [Fact]
    public async Task Wrong_credentials_are_refused()
    {
        await RefusedAsync("15", Request("getAgenciesList", "sys-a", "a-wrong-secret", null));
        await RefusedAsync("15", Request("getAgenciesList", "nobody", Secret, null));
        await RefusedAsync("15", new HttpRequestMessage(HttpMethod.Post, "getAgenciesList"));
    }

    [Fact]
    public async Task A_header_that_the_signature_does_not_cover_is_refused()
    {
        var added = Request("getAgenciesList", "sys-a", Secret, null);
        added.Headers.Add("XroadVnpt-docId", "d");
        await RefusedAsync("15", added);

        var changed = Request("updateStatus", "sys-a", Secret, null, ("docId", "d"), ("status", "done"));
        changed.Headers.Remove("XroadVnpt-status");
        changed.Headers.Add("XroadVnpt-status", "fail");
        await RefusedAsync("15", changed);
    }

    [Theory]
    [InlineData("<edXML/>")]
    [InlineData("not xml")]
    [InlineData("<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>")]
    public async Task What_is_no_packet_is_refused(string packet) => await RefusedAsync("22", Send(packet));

    [Fact]
    public async Task A_broken_sending_is_refused_with_its_code()
    {
        var packet = Packet("JVBERg==");
        await RefusedAsync("10", Send(packet, hash: new string('0', 64)));
        await RefusedAsync("22", Send(packet, type: "status"));
        await RefusedAsync("19", Send(Packet("JVBERg==", from: C)));
        await RefusedAsync("18", Send(packet.Replace(C, "999.00.00.X99", StringComparison.Ordinal)));
        await RefusedAsync("22", Send(Packet("no base64!")));
    }

    [Fact]
    public async Task A_receiver_moves_its_items_and_nobody_elses()
    {
        await AnswerAsync(Send(Packet("JVBERg==")));
        var arrived = (await _http.GetFromJsonAsync<JsonArray>($"sandbox/packets?to={B}"))!.Single()!;
        var docId = (string)arrived["docId"]!;

        Assert.Equal("FAIL", (string?)(await AnswerAsync(Request("updateStatus", "sys-a", Secret, null, ("docId", docId), ("status", "done"))))["status"]);
        Assert.Equal("FAIL", (string?)(await AnswerAsync(Request("updateStatus", "sys-b", "another-secret-not-real", null, ("docId", docId), ("status", "eaten"))))["status"]);
        Assert.Equal("OK", (string?)(await AnswerAsync(Request("updateStatus", "sys-b", "another-secret-not-real", null, ("docId", docId), ("status", "processing"))))["status"]);

        Assert.Equal("processing", (string?)(await _http.GetFromJsonAsync<JsonArray>($"sandbox/packets?to={B}"))!.Single()!["state"]);
        Assert.Equal(_axis.PacketsFor(B)[0], Convert.FromBase64String((string)arrived["packet"]!));
    }

    [Fact]
    public async Task A_packet_is_injected_for_an_organ_that_has_no_system()
    {
        var packet = Packet("JVBERg==", from: C).Replace($"<edXML:To><edXML:OrganId>{C}</edXML:OrganId></edXML:To>", "", StringComparison.Ordinal);

        using var answer = await _http.PostAsync("sandbox/inject?messagetype=edoc", new StringContent(packet));
        using var refused = await _http.PostAsync("sandbox/inject?messagetype=edoc", new StringContent("no"));

        var docId = (string?)(await answer.Content.ReadFromJsonAsync<JsonObject>())!["docIds"]!.AsArray().Single();
        var fetched = await AnswerAsync(Request("getEdoc", "sys-b", "another-secret-not-real", null, ("docId", docId!)));
        Assert.Equal(_axis.PacketsFor(B)[0], Convert.FromBase64String((string)fetched["data"]!));
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
    }

    [Fact]
    public async Task Scripted_faults_come_as_often_as_scripted()
    {
        using var scripted = await _http.PostAsync("sandbox/fault", new StringContent("""{"operation":"getAgenciesList","fault":"ServerError","count":2}""", Encoding.UTF8, "application/json"));
        Assert.True(scripted.IsSuccessStatusCode);

        for (var call = 0; call < 2; call++)
        {
            using var failed = await _http.SendAsync(Request("getAgenciesList", "sys-a", Secret, null));
            Assert.Equal(HttpStatusCode.InternalServerError, failed.StatusCode);
        }
        Assert.Equal(3, (await AnswerAsync(Request("getAgenciesList", "sys-a", Secret, null)))["data"]!.AsArray().Count);
    }
}
