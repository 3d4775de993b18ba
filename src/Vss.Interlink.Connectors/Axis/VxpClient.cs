using System.Globalization;
using System.Net;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Text.Json;
using Vss.Interlink.EdXml;

namespace Vss.Interlink.Connectors.Axis;

/// <summary>
/// Calls the national document axis by VXP 2.0. Every call is one HTTP POST and ends in a <see cref="VxpAnswer{T}"/>; it never retries, since whether a call
/// may be repeated is for the one who knows what it was about. Thread-safe.
/// </summary>
/// <param name="http">Given from outside with its connections and certificates. Its own time-out should be infinite; ours is in the options.</param>
/// <param name="options">Validated by <see cref="VxpOptionsValidator"/>.</param>
/// <param name="clock">For the timestamp of each call and its time-out.</param>
public sealed class VxpClient(HttpClient http, VxpOptions options, TimeProvider clock)
{
    private readonly VxpSignature _signature = new(options, clock);
    private readonly Uri _base = WithSlash(options.BaseAddress ?? throw new ArgumentException("BaseAddress is not set.", nameof(options)));

    /// <summary>Sends a packet to the receivers that it names.</summary>
    /// <param name="type">What the packet is.</param>
    /// <param name="packet">Seekable, read twice from its beginning: once for its hash, once to be sent. Stays open.</param>
    /// <param name="cancellationToken">Ends the call; it throws then.</param>
    /// <returns>The axis's id of the sending (its senderDocId).</returns>
    public async Task<VxpAnswer<string>> SendAsync(VxpMessageType type, Stream packet, CancellationToken cancellationToken)
    {
        packet.Position = 0;
        var hash = Convert.ToHexStringLower(await SHA256.HashDataAsync(packet, cancellationToken));
        using var content = new MultipartFormDataContent { { new PacketContent(packet), "file_doc", "packet.edxml" } };
        return await CallAsync(
            "sendEdoc",
            [("from", options.OrganId), ("servicetype", "eDoc"), ("messagetype", Wire(type)), ("hash-file", hash)],
            content,
            reply => VxpReply.Required(reply, "DocId"),
            cancellationToken);
    }

    /// <summary>Lists what arrived for us on days from <paramref name="from"/> to <paramref name="to"/>, both included, in Vietnam.</summary>
    public Task<VxpAnswer<IReadOnlyList<VxpReceivedItem>>> ListReceivedAsync(VxpMessageType type, DateOnly from, DateOnly to, CancellationToken cancellationToken) =>
        CallAsync("getReceivedEdocList", Window(type, from, to), null, reply => VxpReply.Items(reply, ReceivedItem), cancellationToken);

    /// <summary>Lists what we sent, an item for each receiver, on days from <paramref name="from"/> to <paramref name="to"/>, both included, in Vietnam.</summary>
    public Task<VxpAnswer<IReadOnlyList<VxpSentItem>>> ListSentAsync(VxpMessageType type, DateOnly from, DateOnly to, CancellationToken cancellationToken) =>
        CallAsync("getSentEdocList", Window(type, from, to), null, reply => VxpReply.Items(reply, SentItem), cancellationToken);

    /// <summary>Fetches a packet.</summary>
    /// <param name="docId">The axis's id for us as the receiver.</param>
    /// <param name="destination">Gets the packet's bytes as they come. Unless the answer is accepted it holds a part at most, to be thrown away.</param>
    /// <param name="cancellationToken">Ends the call; it throws then.</param>
    /// <returns>The bytes written.</returns>
    public Task<VxpAnswer<long>> FetchAsync(string docId, Stream destination, CancellationToken cancellationToken) =>
        CallAsync("getEdoc", [("docId", Value(docId))], null, (body, token) => ReadPacketAsync(body, destination, token), cancellationToken);

    /// <summary>Tells the axis how far we are with a packet.</summary>
    /// <param name="docId">The axis's id for us as the receiver.</param>
    /// <param name="state">The transport's state.</param>
    /// <param name="cancellationToken">Ends the call; it throws then.</param>
    /// <returns>The docId.</returns>
    public Task<VxpAnswer<string>> MarkAsync(string docId, VxpState state, CancellationToken cancellationToken) =>
        CallAsync("updateStatus", [("docId", Value(docId)), ("status", Wire(state))], null, _ => docId, cancellationToken);

    /// <summary>Lists the organs on the axis.</summary>
    public Task<VxpAnswer<IReadOnlyList<VxpAgency>>> ListAgenciesAsync(CancellationToken cancellationToken) =>
        CallAsync("getAgenciesList", [], null, reply => VxpReply.Items(reply, Agency), cancellationToken);

    private Task<VxpAnswer<T>> CallAsync<T>(
        string operation, IReadOnlyList<(string, string)> parameters, HttpContent? content, Func<JsonElement, T> value, CancellationToken cancellationToken) =>
        CallAsync(operation, parameters, content, async (body, token) => VxpReply.Read(await ReadBoundedAsync(body, token), value), cancellationToken);

    private async Task<VxpAnswer<T>> CallAsync<T>(
        string operation,
        IReadOnlyList<(string, string)> parameters,
        HttpContent? content,
        Func<Stream, CancellationToken, Task<VxpAnswer<T>>> read,
        CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(options.CallTimeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_base, operation)) { Content = content };
        _signature.Sign(request.Headers, parameters);
        try
        {
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            if (response.StatusCode != HttpStatusCode.OK) return NotOk<T>(response.StatusCode);
            using var body = await response.Content.ReadAsStreamAsync(either.Token);
            return await read(body, either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new VxpAnswer<T>.Unavailable($"The axis did not answer {operation} within {options.CallTimeout.TotalSeconds:0.#} s.", MayBeDone: true);
        }
        catch (HttpRequestException failure) when (failure.InnerException is AuthenticationException { InnerException: null } refused)
        {
            return new VxpAnswer<T>.Unavailable($"The axis's certificate is not accepted, nothing was sent: {refused.Message}", MayBeDone: false);
        }
        catch (HttpRequestException failure)
        {
            var unreached = failure.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError;
            return new VxpAnswer<T>.Unavailable($"The axis could not be reached for {operation}: {failure.HttpRequestError}.", MayBeDone: !unreached);
        }
        catch (InvalidDataException unusable)
        {
            return new VxpAnswer<T>.Unavailable($"The axis's answer to {operation} is of no use: {unusable.Message}.", MayBeDone: true);
        }
    }

    private static VxpAnswer<T> NotOk<T>(HttpStatusCode status)
    {
        var code = string.Create(CultureInfo.InvariantCulture, $"HTTP {(int)status}");
        return status is >= HttpStatusCode.BadRequest and < HttpStatusCode.InternalServerError and not HttpStatusCode.RequestTimeout and not HttpStatusCode.TooManyRequests
            ? new VxpAnswer<T>.Refused(code, status.ToString(), Permanent: status is HttpStatusCode.RequestEntityTooLarge)
            : new VxpAnswer<T>.Unavailable($"The axis answered {code}.", MayBeDone: true);
    }

    private async Task<ReadOnlyMemory<byte>> ReadBoundedAsync(Stream body, CancellationToken cancellationToken)
    {
        using var held = new MemoryStream();
        await foreach (var piece in Pieces(body, cancellationToken))
        {
            if (held.Length + piece.Length > options.AnswerBytes) throw new InvalidDataException($"it is larger than {options.AnswerBytes} bytes");
            held.Write(piece.Span);
        }
        return held.GetBuffer().AsMemory(0, (int)held.Length);
    }

    private async Task<VxpAnswer<long>> ReadPacketAsync(Stream body, Stream destination, CancellationToken cancellationToken)
    {
        const int skeletonBytes = 64 * 1024;
        var answer = new VxpPacketAnswer(destination, options.PacketBytes, skeletonBytes);
        await foreach (var piece in Pieces(body, cancellationToken)) await answer.AddAsync(piece, cancellationToken);
        await answer.CompleteAsync(cancellationToken);
        return VxpReply.Read(answer.Skeleton, _ => answer.Length).Then(length => length > 0
            ? new VxpAnswer<long>.Accepted(length)
            : VxpReply.Unreadable<long>("OK without a packet"));
    }

    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> Pieces(
        Stream body, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var buffer = new byte[32 * 1024];
        int read;
        while ((read = await ReadAsync(body, buffer, cancellationToken)) > 0) yield return buffer.AsMemory(0, read);
    }

    /// <summary>Tells a broken connection, which is the axis's, from a full disk, which is ours and must not look like it.</summary>
    private static async Task<int> ReadAsync(Stream body, byte[] buffer, CancellationToken cancellationToken)
    {
        try
        {
            return await body.ReadAsync(buffer, cancellationToken);
        }
        catch (IOException)
        {
            throw new InvalidDataException("the connection broke");
        }
    }

    private static VxpReceivedItem ReceivedItem(JsonElement item) => new(
        VxpReply.Required(item, "docId") is var docId && VxpSignature.CanBeValue(docId) ? docId : throw new InvalidDataException("a docId that no header can carry"),
        VxpReply.Text(item, "messageType"),
        VxpReply.Text(item, "from"),
        VxpReply.Text(item, "to"),
        VxpReply.Text(item, "status"),
        VxpReply.Text(item, "created_time"),
        VxpReply.Text(item, "updated_time"));

    private static VxpSentItem SentItem(JsonElement item) => new(
        VxpReply.Required(item, "senderDocId"),
        VxpReply.Text(item, "receiverDocId"),
        VxpReply.Text(item, "fromCode"),
        VxpReply.Text(item, "toCode"),
        VxpReply.Text(item, "title"),
        VxpReply.Text(item, "notation"),
        VxpReply.Text(item, "sendStatus"),
        VxpReply.Text(item, "receiveStatus"),
        VxpReply.Text(item, "sentTime"));

    private static VxpAgency Agency(JsonElement item) => new(
        VxpReply.Text(item, "id"),
        VxpReply.Text(item, "pid"),
        VxpReply.Required(item, "code"),
        VxpReply.Text(item, "name"),
        VxpReply.Text(item, "oldCode"),
        VxpReply.Text(item, "code102"));

    private static (string, string)[] Window(VxpMessageType type, DateOnly from, DateOnly to) =>
        [("servicetype", "eDoc"), ("messagetype", Wire(type)), ("fromDate", EdXmlDate.Format(from)), ("toDate", EdXmlDate.Format(to))];

    private static string Wire(VxpMessageType type) => type switch
    {
        VxpMessageType.Document => "edoc",
        VxpMessageType.Status => "status",
        _ => throw new ArgumentOutOfRangeException(nameof(type)),
    };

    private static string Wire(VxpState state) => state switch
    {
        VxpState.Processing => "processing",
        VxpState.Done => "done",
        VxpState.Fail => "fail",
        _ => throw new ArgumentOutOfRangeException(nameof(state)),
    };

    private static string Value(string docId) =>
        VxpSignature.CanBeValue(docId) ? docId : throw new ArgumentException("The docId holds characters that a header cannot carry.", nameof(docId));

    private static Uri WithSlash(Uri address) => address.AbsolutePath.EndsWith('/') ? address : new Uri(address.AbsoluteUri + "/");

    /// <summary>Sends a stream from its beginning and leaves it open, unlike StreamContent.</summary>
    private sealed class PacketContent(Stream packet) : HttpContent
    {
        protected override bool TryComputeLength(out long length)
        {
            length = packet.Length;
            return true;
        }

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            packet.Position = 0;
            return packet.CopyToAsync(stream, cancellationToken);
        }
    }
}
