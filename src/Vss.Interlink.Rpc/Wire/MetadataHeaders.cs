using System.Buffers;
using System.Buffers.Text;
using System.Collections.Frozen;
using System.Text;
using Grpc.Core;

namespace Grpc.Wire;

/// <summary>Metadata as HTTP/2 header fields, in either direction (PROTOCOL-HTTP2.md, Custom-Metadata).</summary>
internal static class MetadataHeaders
{
    // These belong to the protocol: never shown as metadata, and never taken from it. grpc-status-details-bin is metadata.
    private static readonly FrozenSet<string> Reserved = new[]
    {
        "content-type", "content-length", "te", "host", "connection", "transfer-encoding", "date", "server", "trailer", "user-agent",
        "grpc-status", "grpc-message", "grpc-timeout", "grpc-encoding", "grpc-accept-encoding", WireNames.CompressWith,
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    public static bool IsReserved(string name) => name[0] == ':' || Reserved.Contains(name);

    /// <summary>The value of one entry: its text, or its bytes in base64 without padding (PROTOCOL-HTTP2.md, Binary-Header: read either way, written unpadded).</summary>
    public static string ValueOf(Metadata.Entry entry) =>
        entry.IsBinary ? Convert.ToBase64String(entry.ValueBytes).TrimEnd('=') : entry.Value;

    /// <summary>Adds a received field. Repeated binary fields may arrive joined by commas, and each part is its own entry.</summary>
    /// <exception cref="RpcException">INTERNAL: a binary field is not base64.</exception>
    public static void AddReceived(Metadata metadata, string name, string value)
    {
        if (IsReserved(name)) return;
        var key = name.ToLowerInvariant();
        if (!key.EndsWith(Metadata.BinaryHeaderSuffix, StringComparison.Ordinal))
        {
            metadata.Add(Metadata.Entry.Received(key, value));
            return;
        }

        foreach (var part in value.Split(',', StringSplitOptions.TrimEntries)) metadata.Add(Metadata.Entry.Received(key, FromBase64(key, part)));
    }

    private static byte[] FromBase64(string key, string text)
    {
        var unpadded = text.TrimEnd('=');
        var padded = Encoding.UTF8.GetBytes(unpadded.PadRight((unpadded.Length + 3) / 4 * 4, '='));
        return Base64.IsValid(padded, out var length) && Base64.DecodeFromUtf8(padded, padded, out _, out _) == OperationStatus.Done
            ? padded[..length]
            : throw new RpcException(new Status(StatusCode.Internal, $"The metadata '{key}' is not base64."));
    }
}
