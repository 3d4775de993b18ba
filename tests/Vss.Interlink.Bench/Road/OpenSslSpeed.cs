using System.Diagnostics;
using System.Globalization;

namespace Vss.Interlink.Bench.Road;

/// <summary>What the machine's own openssl can sign on both cores: the floor under every signed receipt.</summary>
internal static class OpenSslSpeed
{
    public static async Task<double> RsaSignaturesAsync(TimeSpan duration)
    {
        var start = new ProcessStartInfo("openssl", ["speed", "-mr", "-seconds", $"{duration.TotalSeconds:0}", "-multi", "2", "rsa2048"]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start) ?? throw new InvalidOperationException("openssl could not be started.");
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        await errors;

        // "+F2:2:2048:SIGN:VERIFY" once for each process's line and once for the sum, in seconds per operation or, from 3.0 on, operations a second.
        var sum = output.Split('\n').LastOrDefault(line => line.StartsWith("+F2:", StringComparison.Ordinal)) ?? throw new InvalidOperationException($"openssl speed said: {output}");
        var value = double.Parse(sum.Split(':')[3], CultureInfo.InvariantCulture);
        return value < 1 ? 1 / value : value;
    }
}
