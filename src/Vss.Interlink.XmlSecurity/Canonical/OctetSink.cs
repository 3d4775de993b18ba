using System.Buffers;
using System.Security.Cryptography;

namespace Vss.Interlink.XmlSecurity;

/// <summary>Where canonical octets go. Pieces come large: small ones are put together before.</summary>
public abstract class OctetSink
{
    /// <summary>Into a digest. What was appended before a refusal stays appended: the digest is of no use then.</summary>
    public static OctetSink To(IncrementalHash digest) => new Digest(digest);

    /// <summary>Into a stream.</summary>
    public static OctetSink To(Stream output) => new Output(output);

    /// <summary>Into memory.</summary>
    public static OctetSink To(IBufferWriter<byte> memory) => new Memory(memory);

    /// <summary>Takes the next octets; they are not valid after the call.</summary>
    public abstract void Write(ReadOnlySpan<byte> octets);

    /// <summary>Hears of work that gives no octets, before it is done: as much of it as so many octets would be.</summary>
    /// <exception cref="XmlRefusedException">It is more than is allowed.</exception>
    internal virtual void Spend(long work) { }

    private sealed class Digest(IncrementalHash digest) : OctetSink
    {
        public override void Write(ReadOnlySpan<byte> octets) => digest.AppendData(octets);
    }

    private sealed class Output(Stream output) : OctetSink
    {
        public override void Write(ReadOnlySpan<byte> octets) => output.Write(octets);
    }

    private sealed class Memory(IBufferWriter<byte> memory) : OctetSink
    {
        public override void Write(ReadOnlySpan<byte> octets) => BuffersExtensions.Write(memory, octets);
    }
}
