using Vss.Interlink.XmlSecurity;

namespace Vss.Interlink.Cli.Output;

/// <summary>
/// Standard output that cannot be written is the caller's mistake: exit code 64, whatever was to be said, so that it is never taken for a verdict. A reader that
/// went away has what it wanted, and is none.
/// </summary>
internal static class StandardOutput
{
    /// <summary>Octets, for a canonical form.</summary>
    public static OctetSink Octets { get; } = new Sink();

    /// <summary>Runs what writes to <see cref="Console.Out"/>.</summary>
    /// <exception cref="UsageException">It cannot be written.</exception>
    public static void Write(Action write)
    {
        try
        {
            write();
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"standard output cannot be written: {failed.Message}", failed);
        }
    }

    private sealed class Sink : OctetSink
    {
        private readonly Stream _output = Console.OpenStandardOutput();

        public override void Write(ReadOnlySpan<byte> octets)
        {
            try
            {
                _output.Write(octets);
            }
            catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
            {
                throw new UsageException($"standard output cannot be written: {failed.Message}", failed);
            }
        }
    }
}
