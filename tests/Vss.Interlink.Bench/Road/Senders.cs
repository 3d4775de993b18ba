using System.Diagnostics;
using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Vss.Interlink.Sandbox.Demo;

namespace Vss.Interlink.Bench.Road;

/// <summary>What one phase showed.</summary>
/// <param name="Count">How many were answered.</param>
/// <param name="PerSecond">Answered a second.</param>
/// <param name="P50">Median from the moment at which it was due to the end of the answer, milliseconds.</param>
/// <param name="P99">The same of the slowest hundredth.</param>
/// <param name="HubMilliseconds">CPU time of the hub's process for each.</param>
/// <param name="DatabaseMilliseconds">The same of the data base's processes, where it has its own.</param>
internal sealed record Phase(int Count, double PerSecond, double P50, double P99, double HubMilliseconds, double DatabaseMilliseconds);

/// <summary>Posts prepared submissions over kept connections. An answer that is no acceptance ends the run: a figure of refusals is no figure.</summary>
internal sealed class Senders : IDisposable
{
    private readonly RoadHub _hub;
    private readonly int _connections;
    private readonly HttpClient _client;

    public Senders(RoadHub hub, int connections)
    {
        (_hub, _connections) = (hub, connections);
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
        policy.CustomTrustStore.AddRange(RoadHub.Pki.AnchorCertificates());
        policy.ExtraStore.AddRange(RoadHub.Pki.IntermediateCertificates().ToArray());
        _client = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = connections, SslOptions = { CertificateChainPolicy = policy } });
    }

    /// <summary>Sends until the time is over or nothing is left.</summary>
    /// <param name="submissions">Signed envelopes.</param>
    /// <param name="longest">When to stop.</param>
    /// <param name="perSecond">Due at this rate, however slow the answers are, so that a slow one delays and does not spare those behind it; null: as fast as it goes.</param>
    public async Task<Phase> RunAsync(IReadOnlyList<byte[]> submissions, TimeSpan longest, double? perSecond)
    {
        var next = -1;
        var (cpu, database) = (_hub.Cpu, _hub.DatabaseCpu);
        var started = Stopwatch.GetTimestamp();
        var latencies = (await Task.WhenAll(Enumerable.Range(0, _connections).Select(_ => Task.Run(SendAsync)))).SelectMany(each => each).Order().ToArray();
        var elapsed = Stopwatch.GetElapsedTime(started);
        return new Phase(latencies.Length, latencies.Length / elapsed.TotalSeconds, latencies[latencies.Length / 2], latencies[latencies.Length * 99 / 100], Each(_hub.Cpu - cpu), Each(_hub.DatabaseCpu - database));

        double Each(TimeSpan spent) => spent.TotalMilliseconds / latencies.Length;


        async Task<List<double>> SendAsync()
        {
            List<double> taken = [];
            while (Stopwatch.GetElapsedTime(started) < longest)
            {
                var index = Interlocked.Increment(ref next);
                if (index >= submissions.Count) break;
                var due = perSecond is { } rate ? TimeSpan.FromSeconds(index / rate) : Stopwatch.GetElapsedTime(started);
                if (due - Stopwatch.GetElapsedTime(started) is var early && early > TimeSpan.Zero) await Task.Delay(early);
                await PostAsync(submissions[index]);
                taken.Add((Stopwatch.GetElapsedTime(started) - due).TotalMilliseconds);
            }

            return taken;
        }
    }

    public void Dispose() => _client.Dispose();

    private async Task PostAsync(byte[] submission)
    {
        using var content = new ByteArrayContent(submission);
        content.Headers.ContentType = new MediaTypeHeaderValue("text/xml", "utf-8");
        using var request = new HttpRequestMessage(HttpMethod.Post, _hub.Soap) { Content = content, Headers = { { "SOAPAction", "\"urn:vss:interlink:v1/SubmitDossier\"" } } };
        using var response = await _client.SendAsync(request);
        var answer = await response.Content.ReadAsByteArrayAsync();
        if (!response.IsSuccessStatusCode || answer.AsSpan().IndexOf("SubmitDossierResponse"u8) < 0)
            throw new InvalidOperationException($"The hub answered {(int)response.StatusCode}: {Encoding.UTF8.GetString(answer)}");
    }
}
