using System.Diagnostics;
using Vss.Interlink.Cli.Tests.Verify;

namespace Vss.Interlink.Cli.Tests;

/// <summary>Files that are none, and streams that cannot be written: the commands end, with an exit code of their contract.</summary>
public sealed class StreamsAndFilesTests : IDisposable
{
    private const string Exclusive = "http://www.w3.org/2001/10/xml-exc-c14n#";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly SignedFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Theory]
    [InlineData("verify FIFO", 65)]
    [InlineData("verify /dev/zero", 65)]
    [InlineData("c14n FIFO --algorithm " + Exclusive, 65)]
    [InlineData("sign FIFO --key FILE --cert FIFO --out OUT", 64)]
    [InlineData("verify FILE --content FIFO", 64)]
    [InlineData("verify FILE --detached a=FIFO", 64)]
    [InlineData("verify FILE --pubkey FIFO", 64)]
    [InlineData("verify FILE --trust FIFO", 64)]
    public async Task What_is_no_regular_file_is_refused_before_it_is_opened(string line, int exitCode)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "FIFOs and devices are named as on Linux");
        var run = await ShellAsync($"mkfifo FIFO; interlink {line}");
        Assert.Equal(exitCode, run.ExitCode);
        Assert.Contains("no regular file", run.Out + run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("verify FILE > /dev/full")]
    [InlineData("verify FILE --json > /dev/full")]
    [InlineData("verify FILE --json >&-")]
    [InlineData("verify FILE > /dev/full 2> /dev/full")]
    [InlineData("verify --help > /dev/full")]
    [InlineData("c14n FILE --algorithm " + Exclusive + " > /dev/full")]
    [InlineData("c14n FILE --algorithm " + Exclusive + " >&-")]
    [InlineData("frobnicate 2> /dev/full")]
    public async Task Output_that_cannot_be_written_is_a_usage_error_and_never_a_verdict(string line)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "devices are named as on Linux");
        Assert.Equal(64, (await ShellAsync($"interlink {line}")).ExitCode);
    }

    [Fact]
    public async Task A_reader_that_goes_away_changes_no_verdict()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "a shell is needed");
        Assert.Equal(2, (await ShellAsync("(interlink verify FILE; echo $? > OUT) | true; exit $(cat OUT)")).ExitCode);
    }

    private async Task<CommandResult> ShellAsync(string script)
    {
        var command = $"'{Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet"}' '{Path.Combine(AppContext.BaseDirectory, "interlink.dll")}'";
        script = script.Replace("interlink ", command + " ", StringComparison.Ordinal).Replace("FILE", await _files.ReceiptAsync(), StringComparison.Ordinal).Replace("FIFO", _files.PathOf("fifo"), StringComparison.Ordinal).Replace("OUT", _files.PathOf("out"), StringComparison.Ordinal);
        using var process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", script]) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true })!;
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            process.StandardInput.Close();
            var error = process.StandardError.ReadToEndAsync(patience.Token);
            var output = await process.StandardOutput.ReadToEndAsync(patience.Token);
            await process.WaitForExitAsync(patience.Token);
            return new CommandResult(process.ExitCode, output, await error);
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
    }
}
