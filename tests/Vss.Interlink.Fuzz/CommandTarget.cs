using System.Reflection;
using System.Text.Json;

namespace Vss.Interlink.Fuzz;

/// <summary>The command keeps its contract: an exit code that is written down, one JSON value on standard output that says the same, and nothing else.</summary>
internal static class CommandTarget
{
    private static readonly MethodInfo s_main = Assembly.Load("interlink").EntryPoint!;
    private static readonly string[] s_ofReport = ["indication", "subIndication", "signatures", "errors"];
    private static readonly string[] s_ofSignature =
        ["id", "format", "level", "integrity", "indication", "subIndication", "coverage", "scope", "algorithms", "signingTime", "bestSignatureTime", "signer", "steps"];

    public static void Check(byte[] input)
    {
        var file = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        try
        {
            File.WriteAllBytes(file, input);
            foreach (var require in (string[][])[[], ["--require", "whole-document"]])
            {
                var (exitCode, output, error) = Run(["verify", file, "--json", .. require]);
                if (error.Length > 0) throw new FuzzFailure($"verify wrote to standard error: {error}");
                Contract(exitCode, output);
            }
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static void Contract(int exitCode, string output)
    {
        using var json = Parsed(output);
        var report = json.RootElement;
        foreach (var name in s_ofReport) Has(report, name);
        var indication = report.GetProperty("indication").GetString();
        var expected = (exitCode, indication) switch
        {
            (1, "TOTAL-FAILED") or (2, "INDETERMINATE") => true,
            (3 or 65, null) => report.GetProperty("errors").GetArrayLength() > 0,
            _ => false,   // without trust nothing passes
        };
        if (!expected) throw new FuzzFailure($"exit code {exitCode} with indication {indication ?? "null"}");
        foreach (var error in report.GetProperty("errors").EnumerateArray())
        {
            if (error.GetProperty("rule").GetString() == "verify.completed") throw new FuzzFailure($"the validation broke off: {error.GetProperty("detail").GetString()}");
        }

        foreach (var signature in report.GetProperty("signatures").EnumerateArray())
        {
            foreach (var name in s_ofSignature) Has(signature, name);
        }
    }

    private static (int ExitCode, string Output, string Error) Run(string[] arguments)
    {
        var (standardOutput, standardError) = (Console.Out, Console.Error);
        using var output = new StringWriter();
        using var error = new StringWriter();
        try
        {
            Console.SetOut(output);
            Console.SetError(error);
            return ((int)s_main.Invoke(null, [arguments])!, output.ToString(), error.ToString());
        }
        finally
        {
            Console.SetOut(standardOutput);
            Console.SetError(standardError);
        }
    }

    private static JsonDocument Parsed(string output)
    {
        try
        {
            return JsonDocument.Parse(output);
        }
        catch (JsonException broken)
        {
            throw new FuzzFailure($"no JSON: {broken.Message}: {output}");
        }
    }

    private static void Has(JsonElement element, string name)
    {
        if (!element.TryGetProperty(name, out _)) throw new FuzzFailure($"the report has no '{name}'");
    }
}
