using System.CommandLine;
using System.Security.Cryptography;
using System.Text.Json;
using Vss.Interlink.Exchange.Bodies;

namespace Vss.Interlink.Bench.Bodies;

/// <summary>Writing and reading a body of 200 MB against one SHA-256 over the same content, and against the same content in a plain file.</summary>
internal static class BodiesCommand
{
    private const int Megabytes = 200;
    private const int Chunk = 64 * 1024;
    private static readonly string[] s_sides = ["sha256 alone", "plain file and sha256", "encrypted body"];

    public static Command Create()
    {
        var rounds = new Option<int>("--rounds") { DefaultValueFactory = _ => 7, Description = "Rounds; each measures every side once." };
        var folder = new Option<DirectoryInfo?>("--folder") { Description = "On the volume to write to; the temporary folder's when it is not given." };
        var json = new Option<FileInfo?>("--json") { Description = "Where to keep the figures." };
        var command = new Command("bodies", "Writing (flushed to the disk) and reading back 200 MB through the body store; processor time, kernel included, which other work on the machine lengthens least.") { rounds, folder, json };
        command.SetAction(async parsed =>
        {
            var load = Machine.LoadNow;
            var place = Directory.CreateDirectory(Path.Combine(parsed.GetValue(folder)?.FullName ?? Path.GetTempPath(), $"interlink-bench-bodies-{Environment.ProcessId}"));
            try
            {
                List<double[]> writes = [], reads = [];
                var run = new Run(place.FullName);
                for (var round = 0; round < parsed.GetValue(rounds) + 1; round++)
                {
                    var (write, read) = await run.RoundAsync();
                    if (round == 0) continue;   // warms up
                    writes.Add(write);
                    reads.Add(read);
                }

                var line = $"dotnet run -c Release --project tests/Vss.Interlink.Bench -- {string.Join(' ', parsed.Tokens.Select(token => token.Value))}";
                var table = new Table($"{Megabytes} MB", s_sides, [Quantity.Of("write", "ms", writes), Quantity.Of("read", "ms", reads)]);
                await new Report(Machine.After(line, load), [table], []).PublishAsync(Console.Out, parsed.GetValue(json));
            }
            finally
            {
                place.Delete(recursive: true);
            }
        });
        return command;
    }

    private sealed class Run
    {
        private readonly byte[] _content = RandomNumberGenerator.GetBytes(Megabytes * 1_000_000);
        private readonly byte[] _buffer = new byte[Chunk];
        private readonly BodyStore _store;
        private readonly string _plain;

        public Run(string folder)
        {
            var keys = Path.Combine(folder, "keys.json");
            File.WriteAllText(keys, JsonSerializer.Serialize(new { current = "bench", keys = new Dictionary<string, string> { ["bench"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)) } }));
            if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(keys, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            _store = new BodyStore(Path.Combine(folder, "bodies"), 1L << 30, BodyKeys.Open(new Uri(keys), TimeProvider.System), TimeProvider.System);
            _plain = Path.Combine(folder, "plain");
        }

        /// <summary>Milliseconds of each side, writing and reading.</summary>
        public async Task<(double[] Write, double[] Read)> RoundAsync()
        {
            StoredBody? body = null;
            var hash = await CostAsync(() =>
            {
                SHA256.HashData(_content);
                return Task.CompletedTask;
            });
            var plainWrite = await CostAsync(WritePlainAsync);
            var bodyWrite = await CostAsync(async () => body = await _store.StoreAsync(new MemoryStream(_content), CancellationToken.None));
            var plainRead = await CostAsync(() => ReadAsync(File.OpenRead(_plain), withHash: true));
            var bodyRead = await CostAsync(() => ReadAsync(_store.OpenRead(body!.Digest), withHash: false));   // it verifies by itself
            return ([hash, plainWrite, bodyWrite], [hash, plainRead, bodyRead]);
        }

        private async Task WritePlainAsync()
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            await using var file = new FileStream(_plain, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0, FileOptions.Asynchronous);
            for (var at = 0; at < _content.Length; at += Chunk)
            {
                var piece = _content.AsMemory(at, Math.Min(Chunk, _content.Length - at));
                hash.AppendData(piece.Span);
                await file.WriteAsync(piece);
            }

            file.Flush(flushToDisk: true);
        }

        private async Task ReadAsync(Stream from, bool withHash)
        {
            await using var _ = from;
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            int read;
            while ((read = await from.ReadAsync(_buffer)) > 0)
                if (withHash) hash.AppendData(_buffer, 0, read);
        }

        private static async Task<double> CostAsync(Func<Task> work)
        {
            var before = Environment.CpuUsage.TotalTime;
            await work();
            return (Environment.CpuUsage.TotalTime - before).TotalMilliseconds;
        }
    }
}
