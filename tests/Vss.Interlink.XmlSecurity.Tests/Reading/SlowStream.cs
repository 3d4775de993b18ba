namespace Vss.Interlink.XmlSecurity.Tests.Reading;

/// <summary>Gives no more than a few octets at a time, as a socket may.</summary>
internal sealed class SlowStream(byte[] octets, int atATime) : MemoryStream(octets, writable: false)
{
    public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(buffer.Length, atATime)]);

    public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, Math.Min(count, atATime));
}
