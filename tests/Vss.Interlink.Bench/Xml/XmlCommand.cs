using System.CommandLine;
using System.Globalization;

namespace Vss.Interlink.Bench.Xml;

/// <summary>"xml": signing and verifying XML against the bare key, libxmlsec, .NET's SignedXml and one SHA-256 over the same octets.</summary>
internal static class XmlCommand
{
    private const long Small = 10_000;
    private const long Medium = 5_000_000;
    private const long Large = 100_000_000;
    private const long Huge = 1_000_000_000;
    private const double MostResident = 64;

    public static Command Create()
    {
        var seconds = new Option<double>("--seconds") { Description = "Length of each run, after the warm-up.", DefaultValueFactory = _ => 1.5 };
        var rounds = new Option<int>("--rounds") { Description = "Runs of each side.", DefaultValueFactory = _ => 5 };
        var parts = new Option<string[]>("--part") { Description = "Only 10KB, 5MB, shapes or large (100 MB and 1 GB); may be given several times.", DefaultValueFactory = _ => ["10KB", "5MB", "shapes", "large"] };
        parts.AcceptOnlyFromAmong("10KB", "5MB", "shapes", "large");
        var json = new Option<FileInfo?>("--json") { Description = "Where to keep the figures." };
        var command = new Command("xml", "Signing and verifying enveloped signatures, exclusive C14N, RSA-2048 and SHA-256, one thread. Needs cc and libxmlsec1-dev.") { seconds, rounds, parts, json };
        command.SetAction(async parsed =>
        {
            using var bench = new Workbench();
            await bench.BuildDriverAsync();
            var line = $"dotnet run -c Release --project tests/Vss.Interlink.Bench -- {string.Join(' ', parsed.Tokens.Select(token => token.Value))}";
            var run = new XmlComparison(bench, parsed.GetValue(seconds), parsed.GetValue(rounds));
            var load = Machine.LoadNow;
            foreach (var part in parsed.GetRequiredValue(parts)) await (part switch { "10KB" => SmallAsync(run), "5MB" => MediumAsync(run), "shapes" => ShapesAsync(run), _ => LargeAsync(run) });
            run.Expect("most resident memory of any own side, MiB", Goal.Below, run.MostResident, MostResident);
            await new Report(Machine.After(line, load), run.Tables, run.Goals).PublishAsync(Console.Out, parsed.GetValue(json));
        });
        return command;
    }

    private static async Task SmallAsync(XmlComparison run)
    {
        await run.AgainstOthersAsync(Small, [Shape.Records], ["rsa-sign", "own-sign", "libxmlsec-sign", "signedxml-sign"]);
        run.Expect("signing 10 KB, of the bare key's rate", Goal.AtLeast, run.Ratio("own-sign", "rsa-sign"), 0.85);
        await run.AgainstOthersAsync(Small, [Shape.Records], ["libxmlsec-verify", "own-verify", "signedxml-verify", "rsa-verify"]);
        run.Expect("verifying 10 KB, of libxmlsec's rate", Goal.AtLeast, run.Ratio("own-verify", "libxmlsec-verify"), 3);
        run.Expect("verifying 10 KB, of SignedXml's rate", Goal.AtLeast, run.Ratio("own-verify", "signedxml-verify"), 15);
    }

    private static async Task MediumAsync(XmlComparison run)
    {
        foreach (var shape in (Shape[])[Shape.Records, Shape.Attachment])
        {
            foreach (var work in (string[])["sign", "verify"])
            {
                await run.AgainstOthersAsync(Medium, [shape], [$"libxmlsec-{work}", $"own-{work}", $"signedxml-{work}"]);
                run.Expect($"5 MB of {shape}, {work}: rate, of libxmlsec's", Goal.AtLeast, run.Ratio($"own-{work}", $"libxmlsec-{work}"), 2);
            }
        }
    }

    private static async Task ShapesAsync(XmlComparison run)
    {
        await run.AgainstOthersAsync(Medium, [Shape.Records, Shape.Namespaces, Shape.Levels], ["own-verify"]);
        run.Expect("octets a second below a thousand namespaces, of those below none", Goal.AtLeast, run.ShapeRatio(Shape.Namespaces), 0.95);
        run.Expect("octets a second 64 levels down, of those on top", Goal.AtLeast, run.ShapeRatio(Shape.Levels), 0.95);
    }

    private static async Task LargeAsync(XmlComparison run)
    {
        foreach (var size in (long[])[Large, Huge])
        {
            foreach (var shape in (Shape[])[Shape.Attachment, Shape.Records])
            {
                await run.AgainstOthersAsync(size, [shape], ["sha256", "own-sign", "own-verify"], times: size == Huge ? 1 : 3);
                foreach (var work in (string[])["sign", "verify"])
                    run.Expect(string.Create(CultureInfo.InvariantCulture, $"{size / 1_000_000:#,0} MB of {shape}, {work}: time, of one SHA-256"), Goal.Below, 1 / run.Ratio($"own-{work}", "sha256"), 4);
            }
        }
    }
}
