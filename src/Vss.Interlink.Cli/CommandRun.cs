using System.CommandLine;
using System.CommandLine.Invocation;
using Vss.Interlink.Cli.Output;

namespace Vss.Interlink.Cli;

/// <summary>Exit codes of sysexits.h that several commands give; a verdict and a fault have their own.</summary>
internal static class ExitCode
{
    public const int Done = 0;

    /// <summary>The command line is wrong, or a file that an option names cannot be used.</summary>
    public const int Usage = 64;

    /// <summary>Our own failure.</summary>
    public const int Software = 70;
}

/// <summary>The caller's mistake: told in one sentence, exit code 64.</summary>
internal sealed class UsageException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>Runs one command line and turns what goes wrong into exit codes.</summary>
internal static class CommandRun
{
    // A file name may begin with '@'; it is a name, never a file of further arguments.
    private static readonly ParserConfiguration Parsing = new() { ResponseFileTokenReplacer = null };

    public static async Task<int> RunAsync(RootCommand root, string[] args)
    {
        var parsed = root.Parse(args, Parsing);
        if (parsed.Action is ParseErrorAction or null)
        {
            foreach (var error in parsed.Errors) StandardError.Line($"interlink: {error.Message}");
            StandardError.Line($"Try '{Path(parsed.CommandResult.Command)} --help'.");
            return ExitCode.Usage;
        }

        try
        {
            using var help = new StringWriter();   // and the version: what the commands themselves write goes its own way
            var exitCode = await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, Output = help });
            StandardOutput.Write(() => Console.Out.Write(help.ToString()));
            return exitCode;
        }
        catch (UsageException wrong)
        {
            StandardError.Line($"interlink: {wrong.Message}");
            return ExitCode.Usage;
        }
        catch (Exception failed)
        {
            StandardError.Line($"interlink: failed: {failed.GetType().Name}: {failed.Message}");
            return ExitCode.Software;
        }
    }

    private static string Path(Command command) => command.Parents.OfType<Command>().FirstOrDefault() is { } parent ? $"{Path(parent)} {command.Name}" : "interlink";
}
