using Microsoft.Extensions.Logging.Abstractions;
using Vss.Interlink.Exchange.Audit;
using Vss.Interlink.Exchange.Faults;
using Vss.Interlink.Exchange.Ledger;
using Vss.Interlink.TestKit;
using Vss.Interlink.Trust.Policy;
using Vss.Interlink.Trust.Verification;
using Vss.Interlink.V1;
using Vss.Interlink.XmlSecurity.Signatures;

namespace Vss.Interlink.Exchange.Tests.Audit;

public sealed class AuditTrailTests : IAsyncDisposable
{
    private static readonly Signatory Health = Subject("CN=Health");
    private static readonly Signatory Justice = Subject("CN=Justice");

    private readonly TempFolder _folder = new();
    private readonly ManualClock _clock = new(new DateTimeOffset(2026, 11, 21, 8, 0, 0, TimeSpan.Zero));
    private readonly ExchangeLedger _ledger;
    private readonly AuditTrail _audit;

    public AuditTrailTests()
    {
        _ledger = ExchangeLedger.OpenSqlite(_folder["ledger.db"], _clock);
        var policy = new NamedPolicy(SignaturePolicy.Default, SignatureLevel.Dsig, TimeSpan.Zero, UnsignedRule.Refuse, ClientCertificateRule.NotRequired, AttachmentRule.NotJudged);
        var partners = new PartnerPolicies([Partner("G18", Health), Partner("G15", Justice) with { Suspended = SuspensionRule.Wait }]);
        _audit = new AuditTrail(_ledger, () => partners, _clock, NullLogger<AuditTrail>.Instance);

        PartnerPolicy Partner(string organ, Signatory signer) => new(organ, organ, [new OrganSigner(signer.Subject, null, null, SignerRole.Agency)], policy);
    }

    public async ValueTask DisposeAsync()
    {
        await _ledger.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Whoever_nobody_knows_gets_120_lines_a_minute_and_a_number_for_each_refusal()
    {
        var flood = await FloodAsync(200, signedBy: null);

        Assert.Equal(120, await WrittenAsync(flood));
        Assert.Equal(200, flood.Distinct().Count());

        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(1, await WrittenAsync(await FloodAsync(1, signedBy: null)));
    }

    [Fact]
    public async Task Strangers_take_no_line_from_partners_nor_a_partner_from_another_suspended_or_not()
    {
        await FloodAsync(200, Subject("CN=Somebody with a public certificate"));
        await FloodAsync(200, Justice);

        Assert.Equal(1, await WrittenAsync(await FloodAsync(1, Health)));
        Assert.Equal(0, await WrittenAsync(await FloodAsync(1, Justice)));
        Assert.Equal(0, await WrittenAsync(await FloodAsync(1, signedBy: null)));
    }

    [Fact]
    public async Task Who_claims_to_be_a_partner_takes_none_of_his_lines()
    {
        for (var number = 0; number < 200; number++) await _audit.RefusedAsync(Refusal(), "soap", OrganId.Stored("G18"), signedBy: null, CancellationToken.None);

        Assert.Equal(1, await WrittenAsync(await FloodAsync(1, Health)));
    }

    [Fact]
    public async Task Strangers_of_an_edge_take_no_line_from_those_whom_the_edge_knows_nor_from_other_edges()
    {
        for (var number = 0; number < 200; number++) await _audit.RefusedAsync(Refusal(), "inside", null, signedBy: null, CancellationToken.None);

        Assert.Equal(1, await WrittenAsync([(await _audit.RefusedAsync(Refusal(), "inside", null, CancellationToken.None)).Reference]));
        Assert.Equal(1, await WrittenAsync(await FloodAsync(1, signedBy: null)));
    }

    [Theory]
    [InlineData(Fault.Overloaded)]
    [InlineData(Fault.TimeStampsUnavailable)]
    public async Task What_only_means_later_is_not_written_and_takes_no_line_from_a_forged_document(Fault later)
    {
        Assert.Equal(0, await WrittenAsync(await FloodAsync(200, signedBy: null, later)));
        Assert.Equal(1, await WrittenAsync(await FloodAsync(1, signedBy: null)));
    }

    [Fact]
    public async Task A_refusal_stands_and_is_told_while_the_ledger_is_away()
    {
        await _ledger.DisposeAsync();

        var told = await _audit.RefusedAsync(Refusal(), "inside", null, CancellationToken.None);

        Assert.Equal((Fault.SignerNotAuthorised, "policy.signer"), (told.Fault, told.Rule));
        Assert.NotEmpty(told.Reference);
    }

    private static ExchangeFault Refusal(Fault fault = Fault.SignerNotAuthorised) => new(fault, "Refused by the test.", "policy.signer");

    private static Signatory Subject(string subject) => new(subject, "CN=Test Issuer", "01", new string('0', 64));

    private async Task<IReadOnlyList<string>> FloodAsync(int times, Signatory? signedBy, Fault fault = Fault.SignerNotAuthorised)
    {
        List<string> references = [];
        for (var number = 0; number < times; number++) references.Add((await _audit.RefusedAsync(Refusal(fault), "soap", null, signedBy, CancellationToken.None)).Reference);
        return references;
    }

    private async Task<int> WrittenAsync(IReadOnlyList<string> references)
    {
        var written = 0;
        foreach (var reference in references) if (await _ledger.FindAuditAsync(reference, CancellationToken.None) is not null) written++;
        return written;
    }
}
