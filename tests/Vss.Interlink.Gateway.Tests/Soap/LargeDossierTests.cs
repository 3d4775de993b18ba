using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Vss.Interlink.Connectors.Box;
using Vss.Interlink.Gateway.Soap;
using Vss.Interlink.Sandbox.Ministry;

namespace Vss.Interlink.Gateway.Tests.Soap;

/// <summary>A dossier is held in memory while it is answered. So what is too large for an answer is not taken in, and what is answered at once has a bound.</summary>
public sealed class LargeDossierTests(ITestOutputHelper output) : IAsyncLifetime
{
    private const int Largest = 128 * 1024;

    private ExchangeHost _host = null!;

    // Nothing else needs to be held for the largest answer to find room.
    public async ValueTask InitializeAsync() => _host = await ExchangeHost.StartAsync(("Soap:MaxMessageBytes", $"{Largest}"), ("Soap:MaxHeldBytes", $"{Largest}"));

    public async ValueTask DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task What_no_answer_could_carry_is_refused_to_its_sender_at_once_and_with_evidence()
    {
        using var ministry = _host.Client();
        var reply = await ministry.SubmitAsync(Dossier("m-1", 100 * 1024), Packaging.Mtom);

        Assert.Equal(("LIMIT_EXCEEDED", "limit.box", false), (reply.Fault?.Name, reply.Fault?.Rule, reply.Fault?.Passing));
        Assert.Contains("SUBMISSION_REJECTION", Encoding.UTF8.GetString(reply.Fault!.Evidence), StringComparison.Ordinal);
        Assert.Equal("NOT_FOUND", (await ministry.GetStatusAsync(ExchangeHost.Ministry, "m-1")).Fault?.Name);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(30_000)]   // which the seal holds once more
    public async Task The_largest_dossier_that_is_taken_in_can_be_fetched_within_the_limit(int text)
    {
        var size = 72 * 1024;   // 96 KiB as base64; what stands around it has the other 32
        using var ministry = _host.Client();
        MinistryReply<SubmitAnswer> reply;
        while ((reply = await ministry.SubmitAsync(Dossier($"m-{size}", size) with { Subject = new string('x', text) }, Packaging.Mtom)).Fault?.Rule == "limit.box") size -= 2048;
        Assert.NotNull(reply.Answer);

        using var office = _host.Client("office");
        var fetched = (await FetchAsync(office)).Answer!;

        Assert.Equal(size, fetched.Attachments.Single().Content.Length);
        var carried = (size * 4 / 3) + fetched.Subject.Length + (fetched.Seal.Length * 4 / 3);
        output.WriteLine($"{size} octets attached, {fetched.Seal.Length} of the seal; {carried} in the answer at least");
        Assert.InRange(carried, Largest * 3 / 4, Largest - (8 * 1024));   // the bound is near what it bounds, and above it
    }

    [Fact]
    public async Task A_fetch_for_which_there_is_no_room_is_told_to_come_again_and_then_gets_its_dossier()
    {
        using var ministry = _host.Client();
        using var office = _host.Client("office", SoapDialect.Soap12);
        Assert.NotNull((await ministry.SubmitAsync(Dossier("m-1", 64 * 1024), Packaging.Mtom)).Answer);
        var delivery = await InBoxAsync(office);
        using (var others = _host.Services.GetRequiredService<HeldBytes>().Begin())
        {
            others.Take(Largest);
            var refused = await office.FetchDossierAsync(ExchangeHost.Office, delivery);
            Assert.Equal((503, "OVERLOADED", "soap.held-bytes", TimeSpan.FromSeconds(5)), (refused.HttpStatus, refused.Fault?.Name, refused.Fault?.Rule, refused.RetryAfter));
        }

        for (var times = 0; times < 3; times++) Assert.NotNull((await office.FetchDossierAsync(ExchangeHost.Office, delivery)).Answer);   // each gives back what it took
    }

    [Fact]
    public async Task What_lay_in_the_box_before_the_limit_came_down_is_refused_by_name()
    {
        using var ministry = _host.Client();
        using var office = _host.Client("office");
        Assert.NotNull((await ministry.SubmitAsync(Dossier("m-1", 64 * 1024), Packaging.Mtom)).Answer);
        await InBoxAsync(office);
        _host.Services.GetRequiredService<IOptions<BoxOptions>>().Value.MaxAnswerBytes = 64 * 1024;

        Assert.Equal(("LIMIT_EXCEEDED", "limit.box"), await FetchAsync(office) is { Fault: { } fault } ? (fault.Name, fault.Rule) : default);
    }

    [Fact]
    public async Task A_list_of_long_subjects_is_cut_and_says_that_there_is_more()
    {
        const int dossiers = 12;
        await using var host = await ExchangeHost.StartAsync();
        using var ministry = host.Client();
        using var office = host.Client("office");
        for (var number = 1; number <= dossiers; number++)
            Assert.NotNull((await ministry.SubmitAsync(new MinistryDossier($"m-{number}", ExchangeHost.Ministry, ExchangeHost.Office, new string('x', 100_000)))).Answer);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        InboxAnswer list;
        while (!(list = (await office.ListInboxAsync(ExchangeHost.Office, cancellation: patience.Token)).Answer!).More) await Task.Delay(TimeSpan.FromMilliseconds(50), patience.Token);

        Assert.Equal(10, list.Items.Count);
    }

    private static MinistryDossier Dossier(string messageId, int octets) => new(messageId, ExchangeHost.Ministry, ExchangeHost.Office, "Hồ sơ lớn")
    {
        Attachments = [new MinistryAttachment("scan", "scan.bin", "application/octet-stream", RandomNumberGenerator.GetBytes(octets))],
    };

    private static async Task<MinistryReply<FetchedDossier>> FetchAsync(MinistryClient office) => await office.FetchDossierAsync(ExchangeHost.Office, await InBoxAsync(office));

    private static async Task<string> InBoxAsync(MinistryClient office)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (true)
        {
            if ((await office.ListInboxAsync(ExchangeHost.Office, cancellation: patience.Token)).Answer!.Items is [var item]) return item.DeliveryId;
            await Task.Delay(TimeSpan.FromMilliseconds(50), patience.Token);
        }
    }
}
