using System.Diagnostics;
using System.Globalization;

namespace Vss.Interlink.Fuzz;

/// <summary>
/// Many inputs by one seed: each is made of the corpus, or of an input that reached something new, and shown to every target. What fails is kept in a file, by which it can be shown
/// again.
/// </summary>
/// <param name="seed">The same seed gives the same inputs.</param>
/// <param name="failures">Folder that failing inputs are written to.</param>
internal sealed class Campaign(int seed, string failures)
{
    private const int MaxFailures = 10;
    private const int MaxKept = 4000;
    private static readonly TimeSpan s_hang = TimeSpan.FromSeconds(20);

    // The command takes as long as all others: it writes and opens a file, and judges twice.
    private const int CommandEvery = 10;

    private readonly IReadOnlyList<byte[]> _corpus = Corpus.Load();
    private readonly List<byte[]> _kept = [];
    private readonly Features _features = new();
    private long _startedAt;    // processor time in ticks, of the input that is on the way; 0 between
    private string _current = "";

    public int Run(int iterations) => Run(made => made < iterations);

    /// <summary>Runs for a time of the clock.</summary>
    public int Run(TimeSpan time)
    {
        var watch = Stopwatch.StartNew();
        return Run(_ => watch.Elapsed < time);
    }

    /// <summary>Shows one input to every target; 0 when each does as it must.</summary>
    public static int Replay(byte[] input)
    {
        try
        {
            new Targets(Corpus.Load(), new Features()).Check(input, withCommand: true);
            Console.WriteLine("No target fails.");
            return 0;
        }
        catch (FuzzFailure failure)
        {
            Console.WriteLine(failure.Message);
            return 1;
        }
    }

    private int Run(Func<int, bool> goesOn)
    {
        Directory.CreateDirectory(failures);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"seed {seed}, {_corpus.Count} documents in the corpus"));
        var targets = new Targets(_corpus, _features);
        var mutation = new Mutation(seed, _corpus, _kept);
        var (made, failed) = (0, 0);
        using var hang = new Timer(_ => EndHang(), null, s_hang, TimeSpan.FromSeconds(1));
        for (; goesOn(made) && failed < MaxFailures; made++)
        {
            // The documents of the corpus themselves come first.
            var input = made < _corpus.Count ? _corpus[made] : mutation.Next();
            if (!IsGood(targets, input, made)) failed++;
            else if (_features.TakeNew() && made >= _corpus.Count && _kept.Count < MaxKept) _kept.Add(input);
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{made} inputs, {failed} failed; {_features.Count} features, {_kept.Count} inputs kept; {targets.Summary}"));
        return failed == 0 ? 0 : 1;
    }

    private bool IsGood(Targets targets, byte[] input, int number)
    {
        _current = Path.Combine(failures, string.Create(CultureInfo.InvariantCulture, $"{seed}-{number}.xml"));
        File.WriteAllBytes(_current, input);   // it outlives a process that dies of it
        Volatile.Write(ref _startedAt, Environment.CpuUsage.TotalTime.Ticks);
        try
        {
            targets.Check(input, withCommand: number % CommandEvery == 0);
            File.Delete(_current);
            return true;
        }
        catch (FuzzFailure failure)
        {
            Console.WriteLine($"{_current}: {failure.Message}");
            return false;
        }
        finally
        {
            Volatile.Write(ref _startedAt, 0);
        }
    }

    // There is no other way to end what does not come back.
    private void EndHang()
    {
        var started = Volatile.Read(ref _startedAt);
        if (started == 0 || Environment.CpuUsage.TotalTime.Ticks - started < s_hang.Ticks) return;
        Console.WriteLine($"{_current}: not done after {s_hang.TotalSeconds} seconds of processor time");
        Environment.Exit(1);
    }
}
