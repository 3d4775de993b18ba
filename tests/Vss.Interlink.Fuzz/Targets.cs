using System.Globalization;

namespace Vss.Interlink.Fuzz;

/// <summary>
/// What every input is shown to, and the bounds it is held to. Processor time is the process's, so a run that is too long is repeated before it counts: the first may have met the
/// compiler or the collector.
/// </summary>
internal sealed class Targets(IReadOnlyList<byte[]> corpus, Features features)
{
    private const int Patience = 3;
    private const long Allocation = 16 * 1024 * 1024;
    private const long AllocationPerOctet = 1024;
    private static readonly TimeSpan s_time = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan s_timePerOctet = TimeSpan.FromMicroseconds(20);

    private readonly VerifierTarget _verifier = new(corpus, features);
    private int _read;
    private int _refused;

    public string Summary => string.Create(CultureInfo.InvariantCulture, $"{_read} well-formed, {_refused} refused; signatures {_verifier.Intact} intact, {_verifier.Broken} not");

    /// <exception cref="FuzzFailure">A target fails.</exception>
    public void Check(byte[] input, bool withCommand)
    {
        var isRead = false;
        Bounded("reading", input, () => isRead = ReaderTarget.Check(input, features));
        if (isRead) _read++;
        else _refused++;
        if (isRead) Bounded("canonicalising", input, () => CanonicalTarget.Check(input));
        Bounded("verifying", input, () => _verifier.Check(input));
        if (withCommand) Bounded("the command", input, () => CommandTarget.Check(input));
    }

    private static void Bounded(string what, byte[] input, Action check)
    {
        var allowed = s_time + (s_timePerOctet * input.Length);
        for (var run = 1; ; run++)
        {
            var (started, allocated) = (Environment.CpuUsage.TotalTime, GC.GetAllocatedBytesForCurrentThread());
            try
            {
                check();
            }
            catch (Exception failed) when (failed is not FuzzFailure)
            {
                throw new FuzzFailure($"{what}: {failed}");
            }

            var (took, had) = (Environment.CpuUsage.TotalTime - started, GC.GetAllocatedBytesForCurrentThread() - allocated);
            if (took <= allowed && had <= Allocation + (AllocationPerOctet * input.Length)) return;
            if (run == Patience) throw new FuzzFailure(string.Create(CultureInfo.InvariantCulture, $"{what}: {took.TotalMilliseconds:F0} ms of processor time and {had} octets allocated for {input.Length}"));
        }
    }
}
