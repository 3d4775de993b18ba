using Grpc.Core;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging.Abstractions;
using Vss.Interlink.Exchange.Audit;
using Vss.Interlink.Exchange.Faults;
using Vss.Interlink.Exchange.Ledger;
using Vss.Interlink.Gateway.Grpc;
using Vss.Interlink.Trust.Policy;
using Vss.Interlink.V1;

namespace Vss.Interlink.Gateway.Tests.Hub;

public sealed class FaultBoundaryTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("interlink-boundary-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_caller_is_told_its_refusal_also_while_the_ledger_is_away()
    {
        var ledger = ExchangeLedger.OpenSqlite(Path.Combine(_folder.FullName, "ledger.db"), TimeProvider.System);
        var audit = new AuditTrail(ledger, () => new PartnerPolicies([]), TimeProvider.System, NullLogger<AuditTrail>.Instance);
        var faults = new FaultBoundary(audit, new ApplicationLifetime(NullLogger<ApplicationLifetime>.Instance), NullLogger<FaultBoundary>.Instance);
        await ledger.DisposeAsync();

        var refused = await Assert.ThrowsAsync<RpcException>(() => faults.RunAsync(() => throw new ExchangeFault(Fault.NotPermitted, "Not this.", "policy.inside")));

        Assert.Equal(StatusCode.PermissionDenied, refused.StatusCode);
        Assert.Equal(("NOT_PERMITTED", "policy.inside"), (refused.Fault().Name, refused.Fault().Rule));
    }

    [Theory]
    [InlineData(10, "LEDGER_UNAVAILABLE")]   // SQLITE_IOERR
    [InlineData(13, "LEDGER_UNAVAILABLE")]   // SQLITE_FULL
    [InlineData(1, "INTERNAL")]              // SQLITE_ERROR: our statement is wrong
    [InlineData(19, "INTERNAL")]             // SQLITE_CONSTRAINT
    public async Task Only_what_may_go_well_later_counts_as_a_ledger_that_is_away(int code, string fault)
    {
        await using var ledger = ExchangeLedger.OpenSqlite(Path.Combine(_folder.FullName, "ledger.db"), TimeProvider.System);
        var audit = new AuditTrail(ledger, () => new PartnerPolicies([]), TimeProvider.System, NullLogger<AuditTrail>.Instance);
        var faults = new FaultBoundary(audit, new ApplicationLifetime(NullLogger<ApplicationLifetime>.Instance), NullLogger<FaultBoundary>.Instance);

        var refused = await Assert.ThrowsAsync<RpcException>(() => faults.RunAsync(() => throw new SqliteException("said by the engine", code)));

        Assert.Equal(fault, refused.Fault().Name);
        Assert.DoesNotContain("said by the engine", refused.Status.Detail, StringComparison.Ordinal);
    }
}
