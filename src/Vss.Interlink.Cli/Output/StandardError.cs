namespace Vss.Interlink.Cli.Output;

/// <summary>Lines for people on standard error. Where nobody can hear them the exit code says enough.</summary>
internal static class StandardError
{
    public static void Write(Action<Page> write)
    {
        try
        {
            write(new Page(Console.Error, Console.IsErrorRedirected));
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            // There is no third place to say so.
        }
    }

    public static void Line(string text) => Write(page => page.Line(text));
}
