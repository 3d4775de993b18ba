using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Vss.Interlink.Sandbox.Axis;

/// <summary>The operations of VXP 2.0, each from an authenticated request to the JSON it is answered with.</summary>
internal sealed class AxisOperations(AxisOptions options, AxisPost post)
{
    private readonly AxisSignature _signature = new(options);

    /// <exception cref="AxisRefusalException">Answered as FAIL.</exception>
    public async Task<JsonObject> CarryOutAsync(string operation, HttpRequest request)
    {
        var system = _signature.Verify(request.Headers);
        string Parameter(string key) => AxisSignature.Parameter(request.Headers, key);
        switch (operation)
        {
            case "sendEdoc":
                return await SendAsync(request, system);
            case "getReceivedEdocList":
                return List(post.ReceivedBy(system.OrganId), Parameter, Received);
            case "getSentEdocList":
                return List(post.SentBy(system.OrganId), Parameter, Sent);
            case "getEdoc":
                return Ok(("data", Convert.ToBase64String(post.Find(Parameter("docId"), system.OrganId).Packet)));
            case "updateStatus":
                post.Mark(Parameter("docId"), system.OrganId, Parameter("status"));
                return Ok();
            case "getAgenciesList":
                return Ok(("data", new JsonArray([.. post.Agencies.Select(agency => Agency(agency.Key, agency.Value))])));
            default:
                throw new AxisRefusalException(AxisRefusalException.SystemError, $"The operation {operation} is not played.");
        }
    }

    private async Task<JsonObject> SendAsync(HttpRequest request, AxisSystem system)
    {
        if (!request.HasFormContentType) throw new AxisRefusalException(AxisRefusalException.InvalidFile, "The body is not multipart/form-data.");
        IFormFile file;
        try
        {
            var form = await request.ReadFormAsync();
            file = form.Files["file_doc"] ?? throw new AxisRefusalException(AxisRefusalException.InvalidFile, "The part file_doc is missing.");
        }
        catch (Exception cut) when (cut is InvalidDataException or BadHttpRequestException)
        {
            throw new AxisRefusalException(AxisRefusalException.InvalidFile, "The body cannot be read.");
        }

        using var bytes = new MemoryStream();
        await file.CopyToAsync(bytes);
        var packet = bytes.ToArray();
        var hash = AxisSignature.Parameter(request.Headers, "hash-file");
        if (!hash.Equals(Convert.ToHexString(SHA256.HashData(packet)), StringComparison.OrdinalIgnoreCase))
            throw new AxisRefusalException(AxisRefusalException.InvalidFile, "The hash-file does not fit the file.");
        if (AxisSignature.Parameter(request.Headers, "servicetype") != "eDoc")
            throw new AxisRefusalException(AxisRefusalException.InvalidFile, "The servicetype is not eDoc.");
        if (AxisSignature.Parameter(request.Headers, "from") != system.OrganId)
            throw new AxisRefusalException(AxisRefusalException.UnknownSender, "The caller may not send for this organ.");
        var (senderDocId, _) = post.Take(packet, AxisSignature.Parameter(request.Headers, "messagetype"), system.OrganId);
        return Ok(("DocId", senderDocId));
    }

    private static JsonObject List(IReadOnlyList<AxisItem> items, Func<string, string> parameter, Func<AxisItem, JsonObject> describe)
    {
        var from = Date(parameter("fromDate"));
        var to = Date(parameter("toDate"));
        var found = items.Where(item => item.MessageType == parameter("messagetype") && DayOf(item.Sent) >= from && DayOf(item.Sent) <= to);
        return Ok(("data", new JsonArray([.. found.Select(describe)])));
    }

    private static JsonObject Received(AxisItem item) => new()
    {
        ["docId"] = item.DocId,
        ["serviceType"] = "eDoc",
        ["messageType"] = item.MessageType,
        ["created_time"] = AxisPost.VietnamTime(item.Sent),
        ["updated_time"] = AxisPost.VietnamTime(item.Updated),
        ["from"] = item.From,
        ["to"] = item.To,
        ["status"] = item.State,
        ["status_desc"] = "",
    };

    private static JsonObject Sent(AxisItem item) => new()
    {
        ["senderDocId"] = item.SenderDocId,
        ["receiverDocId"] = item.DocId,
        ["fromCode"] = item.From,
        ["toCode"] = item.To,
        ["title"] = item.Title,
        ["notation"] = item.Notation,
        ["sendStatus"] = "done",
        ["sendStatusDesc"] = "",
        ["receiveStatus"] = item.State,
        ["receiveStatusDesc"] = "",
        ["sentTime"] = AxisPost.VietnamTime(item.Sent),
        ["receivedTime"] = AxisPost.VietnamTime(item.Updated),
    };

    private static JsonObject Agency(string code, string name) => new()
    {
        ["id"] = code,
        ["pid"] = "",
        ["code"] = code,
        ["name"] = name,
        ["mail"] = "",
        ["oldCode"] = "",
        ["code102"] = code,
    };

    private static JsonObject Ok(params ReadOnlySpan<(string Name, JsonNode Value)> more)
    {
        var answer = new JsonObject { ["status"] = "OK", ["ErrorCode"] = "0", ["ErrorDesc"] = "" };
        foreach (var (name, value) in more) answer[name] = value;
        return answer;
    }

    private static DateOnly Date(string text) =>
        DateOnly.TryParseExact(text, "yyyy/MM/dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date)
            ? date
            : throw new AxisRefusalException(AxisRefusalException.InvalidFile, "fromDate and toDate are to be yyyy/MM/dd.");

    private static DateOnly DayOf(DateTimeOffset time) => DateOnly.FromDateTime(time.ToOffset(TimeSpan.FromHours(7)).DateTime);
}
