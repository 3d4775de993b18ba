using System.Globalization;
using Vss.Interlink.TestKit.Pdf;
using Vss.Interlink.TestKit.Pki;

namespace Vss.Interlink.Cli.Tests.Pdf;

/// <summary><c>interlink verify</c> on PDF files with document time stamps, at other times than they were signed at. The signer's certificate lives from day -100 to day 300; numbers are days.</summary>
public sealed class PdfTimesTests : IDisposable
{
    private static readonly DateTimeOffset s_signed = new(2026, 3, 1, 9, 0, 0, TimeSpan.Zero);
    private static readonly Holder s_root = Holder.Root("CN=Root", Lives(-1000, 9000));
    private static readonly Holder s_timeRoot = Holder.Root("CN=Time root", Lives(-1000, 9000));
    private static readonly Holder s_time = s_timeRoot.TimeAuthority("CN=Time", Lives(-900, 4000));
    private static readonly Holder s_stranger = Holder.Root("CN=Nobody", Lives(-1000, 9000)).TimeAuthority("CN=Stranger", Lives(-900, 4000));
    private static readonly Holder s_person = s_root.Issue("CN=Person", Lives(-100, 300));
    private static readonly TestPdf s_document = TestPdf.Create().Sign(s_person);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("interlink-pdf-times-");

    public PdfTimesTests()
    {
        foreach (var name in new[] { "trust", "lists", "revoked" }) _folder.CreateSubdirectory(name);
        Write("signed.pdf", s_document.Octets);
        Write("stamped.pdf", s_document.Stamp(s_time, Day(1)).Octets);
        Write("unrelated.pdf", s_document.Stamp(s_time, Day(1)).Secure([], [List(Holder.Root("CN=Other", Lives(-1000, 9000)), 0, 4000)]).Octets);
        Write("archived.pdf", s_document.Secure([], [List(s_root, -1, 6), List(s_timeRoot, -1, 6)]).Stamp(s_time, Day(1)).Octets);
        Write("stranger.pdf", s_document.Secure([], [List(s_root, -1, 6), List(s_timeRoot, -1, 6)]).Stamp(s_stranger, Day(1)).Octets);
        Write("early.pdf", s_document.Stamp(s_time, Day(-101)).Octets);
        Write("expired.pdf", TestPdf.Create().Stamp(s_time, Day(310)).Sign(s_person).Octets);
        Write("revoked.pdf", TestPdf.Create().Stamp(s_time, Day(60)).Sign(s_person).Octets);
        Write("disordered.pdf", s_document.Stamp(s_time, Day(2)).Stamp(s_time, Day(1)).Octets);
        Write("lists/root.crl", List(s_root, 65, 95));
        Write("lists/time.crl", List(s_timeRoot, 65, 4000));
        Write("revoked/root.crl", List(s_root, 65, 95, list => list.Revoke(s_person, Day(50))));
        Write("revoked/time.crl", List(s_timeRoot, 65, 4000));
        File.WriteAllText(PathOf("trust/root.pem"), s_root.Certificate.ExportCertificatePem());
        File.WriteAllText(PathOf("trust/time.pem"), s_timeRoot.Certificate.ExportCertificatePem());
    }

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData(0, "signed.pdf", "lists", 70, null, "B")]
    [InlineData(0, "signed.pdf", "lists", 10, null, "B")]              // by lists of a later time
    [InlineData(0, "signed.pdf", "revoked", 10, null, "B")]            // which say that it was revoked afterwards
    [InlineData(2, "signed.pdf", "revoked", 70, "REVOKED_NO_POE", "B")]
    [InlineData(2, "signed.pdf", "lists", 320, "OUT_OF_BOUNDS_NO_POE", "B")]
    [InlineData(0, "stamped.pdf", "lists", 320, null, "T")]
    [InlineData(0, "stamped.pdf", "revoked", 320, null, "T")]
    [InlineData(0, "unrelated.pdf", "lists", 320, null, "T")]
    [InlineData(0, "archived.pdf", "lists", 320, null, "LTA")]
    [InlineData(2, "stranger.pdf", "lists", 70, "NO_CERTIFICATE_CHAIN_FOUND", "B")]
    [InlineData(1, "early.pdf", "lists", 70, "NOT_YET_VALID", "T")]
    [InlineData(1, "expired.pdf", "lists", 320, "EXPIRED", "B")]
    [InlineData(1, "revoked.pdf", "revoked", 70, "REVOKED", "B")]
    [InlineData(2, "disordered.pdf", "lists", 70, "TIMESTAMP_ORDER_FAILURE", "T")]
    public async Task A_PDF_is_judged_at_the_time_that_is_proved(int exitCode, string file, string lists, int day, string? reason, string level)
    {
        var run = await Interlink.RunAsync("verify", PathOf(file), "--trust", PathOf("trust"), "--crl", PathOf(lists), "--at", Day(day).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture), "--json");
        Assert.True(exitCode == run.ExitCode, run.Out + run.Error);
        Assert.Equal(reason, run.Json.GetProperty("subIndication").GetString());
        Assert.Equal(level, run.Json.GetProperty("signatures").EnumerateArray().Single(each => each.GetProperty("format").GetString() == "PAdES").GetProperty("level").GetString());
    }

    private static DateTimeOffset Day(int day) => s_signed.AddDays(day);

    private static Action<CertificateSettings> Lives(int from, int to) => settings => (settings.NotBefore, settings.NotAfter) = (Day(from), Day(to));

    private static byte[] List(Holder issuer, int from, int to, Action<ListSettings>? set = null) => issuer.List(list =>
    {
        (list.ThisUpdate, list.NextUpdate) = (Day(from), Day(to));
        set?.Invoke(list);
    });

    private void Write(string name, byte[] octets) => File.WriteAllBytes(PathOf(name), octets);

    private string PathOf(string name) => Path.Combine(_folder.FullName, name);
}
