using System.Diagnostics.CodeAnalysis;

namespace Grpc.Core;

/// <summary>What one call asks for beyond its request.</summary>
public readonly record struct CallOptions
{
    /// <param name="headers">Metadata sent before the first message.</param>
    /// <param name="deadline">When the call ends unfinished, UTC; null for never.</param>
    [SuppressMessage("Design", "CA1068:CancellationToken parameters must come last", Justification = "Generated stubs pass the arguments in this order.")]
    public CallOptions(
        Metadata? headers = null, DateTime? deadline = null, CancellationToken cancellationToken = default, WriteOptions? writeOptions = null)
    {
        Headers = headers;
        Deadline = deadline;
        CancellationToken = cancellationToken;
        WriteOptions = writeOptions;
    }

    public Metadata? Headers { get; private init; }

    public DateTime? Deadline { get; private init; }

    public CancellationToken CancellationToken { get; private init; }

    public WriteOptions? WriteOptions { get; private init; }

    public CallOptions WithHeaders(Metadata headers) => this with { Headers = headers };

    public CallOptions WithDeadline(DateTime deadline) => this with { Deadline = deadline };

    public CallOptions WithCancellationToken(CancellationToken cancellationToken) => this with { CancellationToken = cancellationToken };

    public CallOptions WithWriteOptions(WriteOptions writeOptions) => this with { WriteOptions = writeOptions };
}

[Flags]
public enum WriteFlags
{
    None = 0,

    /// <summary>More follows at once: the message may wait in the buffer for it.</summary>
    BufferHint = 1,

    /// <summary>This message is not to be compressed.</summary>
    NoCompress = 2,
}

/// <summary>How the messages of a stream are written.</summary>
public sealed class WriteOptions(WriteFlags flags = WriteFlags.None)
{
    public static readonly WriteOptions Default = new();

    public WriteFlags Flags { get; } = flags;
}
