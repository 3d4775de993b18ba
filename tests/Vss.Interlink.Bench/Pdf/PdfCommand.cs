using System.CommandLine;
using System.Security.Cryptography;
using System.Text;
using Vss.Interlink.TestKit.Pdf;
using Vss.Interlink.TestKit.Pki;
using Vss.Interlink.Trust.Certificates;
using Vss.Interlink.Trust.Pdf;
using Vss.Interlink.Trust.Policy;
using Vss.Interlink.Trust.Revocation;
using Vss.Interlink.XmlSecurity.Signatures;

namespace Vss.Interlink.Bench.Pdf;

/// <summary>Judging a signed PDF against one SHA-256 over the same file, and against judging one that has hardly anything but its signature.</summary>
internal static class PdfCommand
{
    private const int Megabytes = 5;
    private const double MostTimes = 1.5;
    private const int Times = 10;
    private static readonly string[] s_sides = ["sha256", "signature check", "own"];

    public static Command Create()
    {
        var rounds = new Option<int>("--rounds") { DefaultValueFactory = _ => 15, Description = "Rounds; each measures every side ten times." };
        var json = new Option<FileInfo?>("--json") { Description = "Where to keep the figures." };
        var command = new Command("pdf", "Judging a PDF of 5 MB with one PAdES signature, RSA-2048 and SHA-256, its chain and revocation list included; one thread. Needs openssl.") { rounds, json };
        command.SetAction(async parsed =>
        {
            var load = Machine.LoadNow;
            var folder = Directory.CreateTempSubdirectory("interlink-bench-pdf-");
            try
            {
                List<Table> tables = [];
                List<Goal> goals = [];
                var run = new Run(folder.FullName);
                foreach (var (shape, pdf) in new[] { ("one scanned image", Scan()), ("twenty thousand objects", Objects()) })
                {
                    var measured = run.Measure(pdf, parsed.GetValue(rounds));
                    tables.Add(new Table($"{Megabytes} MB of {shape}", s_sides, [Quantity.Of("time", "ms", measured)]));
                    var ratio = Quantity.Of("ratio", "", [.. measured.Select(round => new[] { round[0] + round[1], round[2] })]).Ratios[1];
                    goals.Add(Goal.Below($"{shape}: time, of SHA-256 and signature check together", ratio, MostTimes));
                }

                var line = $"dotnet run -c Release --project tests/Vss.Interlink.Bench -- {string.Join(' ', parsed.Tokens.Select(token => token.Value))}";
                await new Report(Machine.After(line, load), tables, goals).PublishAsync(Console.Out, parsed.GetValue(json));
            }
            finally
            {
                folder.Delete(recursive: true);
            }
        });
        return command;
    }

    private static TestPdf Scan()
    {
        var image = new byte[Megabytes * 1_000_000];
        new Random(1).NextBytes(image);
        return TestPdf.Create(more: [TestPdf.Stream(Encoding.Latin1.GetString(image), "/Type /XObject /Subtype /Image /Width 1000 /Height 1000 /ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /DCTDecode ")]);
    }

    private static TestPdf Objects()
    {
        const int count = 20_000;
        var text = new string('x', Megabytes * 1_000_000 / count - 60);
        return TestPdf.Create(more: [.. Enumerable.Range(0, count).Select(_ => $"<< /Type /Thing /Text ({text}) >>")]);
    }

    private sealed class Run
    {
        private readonly Holder _root = Holder.Root("CN=Root", settings => settings.Key = RSA.Create(2048));
        private readonly Holder _signer;
        private readonly string _folder;
        private readonly PdfVerifier _verifier;
        private readonly string _small;

        public Run(string folder)
        {
            _folder = folder;
            _signer = _root.Issue("CN=Signer", settings => settings.Key = RSA.Create(2048));
            var store = new TrustStore([_root.Certificate], [], [CertificateList.TryRead(_root.List())!]);
            _verifier = new PdfVerifier(store, new ValidationPolicy(RevocationRule.Required, UntrustedSignerRule.JudgeIntegrity), SignaturePolicy.Default, Holder.Now);
            _small = Signed(TestPdf.Create(), "small.pdf");
        }

        /// <summary>Milliseconds of each side, for each round.</summary>
        public IReadOnlyList<double[]> Measure(TestPdf pdf, int rounds)
        {
            const int warm = 20;   // until the compiler has done its best
            var large = Signed(pdf, "large.pdf");
            List<double[]> measured = [];
            for (var round = -warm; round < rounds; round++)
            {
                double[] times = [Time(() => Hash(large)), Time(() => Judge(_small)), Time(() => Judge(large))];
                if (round >= 0) measured.Add(times);
            }

            return measured;
        }

        private string Signed(TestPdf pdf, string name)
        {
            var path = Path.Combine(_folder, name);
            File.WriteAllBytes(path, pdf.Sign(_signer).Octets);
            return path;
        }

        // The processor's time, which other work on the machine lengthens least.
        private static double Time(Action work)
        {
            var start = Environment.CpuUsage.TotalTime;
            for (var time = 0; time < Times; time++) work();
            return (Environment.CpuUsage.TotalTime - start).TotalMilliseconds / Times;
        }

        private static void Hash(string path)
        {
            using var file = File.OpenRead(path);
            _ = SHA256.HashData(file);
        }

        private void Judge(string path)
        {
            using var file = File.OpenRead(path);
            if (_verifier.Judge(file) is not { Signatures: [{ Verdict.Passed: true }] }) throw new InvalidDataException($"{path} did not pass.");
        }
    }
}
