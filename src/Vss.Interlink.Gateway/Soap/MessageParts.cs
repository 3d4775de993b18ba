using Microsoft.AspNetCore.WebUtilities;
using Vss.Interlink.Exchange.Faults;
using Vss.Interlink.V1;

namespace Vss.Interlink.Gateway.Soap;

/// <summary>The octets of a message: the XML part, and the parts beside it by Content-ID without angle brackets.</summary>
internal sealed record MessageParts(DeclaredContent Declared, ReadOnlyMemory<byte> Root, IReadOnlyDictionary<string, ReadOnlyMemory<byte>> Attachments)
{
    private const int MaxHeadersOfPart = 16;
    private const int MaxHeaderBytesOfPart = 8 * 1024;

    /// <summary>Reads all of the body, which bounds itself.</summary>
    /// <exception cref="ExchangeFault">TRUNCATED, ATTACHMENT_MISMATCH, LIMIT_EXCEEDED, MALFORMED, UNSUPPORTED_MEDIA_TYPE.</exception>
    public static async Task<MessageParts> ReadAsync(BoundedBody body, DeclaredContent declared, int maxParts, CancellationToken cancellation)
    {
        if (declared.Multipart is not { } layout) return new MessageParts(declared, await OctetsAsync(body, cancellation), new Dictionary<string, ReadOnlyMemory<byte>>());
        try
        {
            return await ReadPartsAsync(new MultipartReader(layout.Boundary, body) { HeadersCountLimit = MaxHeadersOfPart, HeadersLengthLimit = MaxHeaderBytesOfPart }, declared, layout, maxParts, cancellation);
        }
        catch (InvalidDataException refused)
        {
            // One exception type for two things; the text tells a limit from a line that is no header.
            throw refused.Message.Contains("limit", StringComparison.OrdinalIgnoreCase)
                ? new ExchangeFault(Fault.LimitExceeded, $"a part has more than {MaxHeadersOfPart} headers or {MaxHeaderBytesOfPart} octets of them", "mime.headers")
                : new ExchangeFault(Fault.Malformed, "a part's headers are malformed", "mime.headers");
        }
        catch (IOException)
        {
            throw new ExchangeFault(Fault.Truncated, "the multipart message has no closing boundary", "mime.closing-boundary");
        }
    }

    private static async Task<MessageParts> ReadPartsAsync(MultipartReader reader, DeclaredContent declared, MultipartLayout layout, int maxParts, CancellationToken cancellation)
    {
        ReadOnlyMemory<byte>? root = null;
        Dictionary<string, ReadOnlyMemory<byte>> attachments = new(StringComparer.Ordinal);
        var start = layout.Start is null ? null : WithoutBrackets(layout.Start);
        var count = 0;
        while (await reader.ReadNextSectionAsync(cancellation) is { } part)
        {
            if (++count > maxParts) throw new ExchangeFault(Fault.LimitExceeded, $"the message has more than {maxParts} parts", "mime.parts");
            if (part.ContentType?.TrimStart().StartsWith("multipart/", StringComparison.OrdinalIgnoreCase) == true)
                throw new ExchangeFault(Fault.UnsupportedMediaType, "a multipart message inside a multipart message is not accepted", "mime.nested");
            RefuseTransferEncoding(part);

            var id = IdOf(part);
            if (root is null && (start is null || id == start))
            {
                declared = declared.WithRootPart(part.ContentType);
                root = await OctetsAsync(part.Body, cancellation);
                start ??= id;
            }
            else
            {
                if (id is null) throw new ExchangeFault(Fault.AttachmentMismatch, "a part has no Content-ID, so nothing can refer to it", "mime.content-id");
                if (id == start || !attachments.TryAdd(id, await OctetsAsync(part.Body, cancellation))) throw Twice();
            }
        }

        return root is not null
            ? new MessageParts(declared, root.Value, attachments)
            : throw new ExchangeFault(Fault.AttachmentMismatch, "the part that start names is not in the message", "mime.start");
    }

    // XOP 1.0 §4.1 packs parts as they are; a decoder in between would be a second way to write the same attachment.
    private static void RefuseTransferEncoding(MultipartSection part)
    {
        var encoding = part.Headers!.TryGetValue("Content-Transfer-Encoding", out var value) ? value.ToString().Trim() : "binary";
        if (encoding.ToLowerInvariant() is not ("" or "binary" or "8bit" or "7bit"))
            throw new ExchangeFault(Fault.UnsupportedMediaType, "a part has a Content-Transfer-Encoding other than binary, 8bit or 7bit", "mime.transfer-encoding");
    }

    private static string? IdOf(MultipartSection part)
    {
        if (!part.Headers!.TryGetValue("Content-ID", out var ids)) return null;
        return ids.Count == 1 ? WithoutBrackets(ids.ToString().Trim()) : throw new ExchangeFault(Fault.AttachmentMismatch, "a part has more than one Content-ID", "mime.content-id");
    }

    private static string WithoutBrackets(string id) => id is ['<', .. var inner, '>'] ? inner : id;

    private static ExchangeFault Twice() => new(Fault.AttachmentMismatch, "two parts have the same Content-ID", "mime.content-id");

    private static async Task<ReadOnlyMemory<byte>> OctetsAsync(Stream content, CancellationToken cancellation)
    {
        var octets = new MemoryStream();
        await content.CopyToAsync(octets, cancellation);
        return octets.GetBuffer().AsMemory(0, (int)octets.Length);
    }
}
