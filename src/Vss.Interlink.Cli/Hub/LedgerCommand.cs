using System.CommandLine;
using System.Data.Common;
using Vss.Interlink.Admin.V1;
using Vss.Interlink.Cli.Output;
using Vss.Interlink.Exchange.Ledger;

namespace Vss.Interlink.Cli.Hub;

/// <summary><c>interlink ledger</c>: proof, archives, and the tables' version.</summary>
internal static class LedgerCommand
{
    private const int Broken = 1;
    private const int CannotBeTold = 2;

    private const int ArchivedAtOnce = 100;

    public static Command Create(TimeProvider clock) => new("ledger", "Proves the hub's ledger, archives what is old, migrates the tables.") { Verify(clock), Archive(clock), Migrate(clock) };

    private static Command Verify(TimeProvider clock)
    {
        var command = new Command("verify", "Proves every row: digests, signatures and what they are of, states, claims, time stamps, archives. Exits 1 when something is broken, 2 when something cannot be told.");
        var hub = HubOptions.AddTo(command, clock);
        command.SetAction(async (parsed, cancellation) =>
        {
            var whole = new VerifyLedgerResponse();
            var exit = await hub.CallAsync(
                parsed,
                async (invoker, options) =>
                {
                    var admin = new Admin.V1.Admin.AdminClient(invoker);
                    do
                    {
                        var page = await admin.VerifyLedgerAsync(new VerifyLedgerRequest { After = whole.Next }, HubOptions.AsLongAsItTakes(options));
                        whole.Exchanges += page.Exchanges;
                        whole.Findings.AddRange(page.Findings);
                        (whole.Next, whole.TimeStamps) = (page.Next, page.TimeStamps);
                    }
                    while (whole.Next.Length > 0);
                    return whole;
                },
                Show,
                cancellation);
            return exit != ExitCode.Done ? exit : whole.Findings.Any(finding => finding.Broken) ? Broken : whole.Findings.Count > 0 ? CannotBeTold : ExitCode.Done;
        });
        return command;
    }

    private static void Show(Page page, VerifyLedgerResponse answer)
    {
        page.Table("", [.. answer.Findings.Select(finding => new[] { finding.Broken ? page.Broken : "?", ExchangePage.OrDash(finding.Subject), finding.Rule, finding.Detail })]);
        page.Line($"{answer.Exchanges} exchanges: {answer.Findings.Count(finding => finding.Broken)} broken rules, {answer.Findings.Count(finding => !finding.Broken)} that cannot be told.");
        if (answer.TimeStamps is { } stamps) page.Line($"Time stamps: {Words(stamps)}");
    }

    private static string Words(TimeStamps stamps)
    {
        if (!stamps.Made) return $"none are made (Exchange:Evidence:TimeStamps is not set). {stamps.Batches} batches of before, {stamps.Waiting} pieces of evidence wait.";
        var waiting = stamps.Waiting == 0 ? "nothing waits" : $"{stamps.Waiting} pieces of evidence wait, the oldest since {ExchangePage.Time(stamps.OldestWaiting)}";
        return $"{stamps.Batches} batches, {waiting}. {stamps.Trouble}".TrimEnd();
    }

    private static Command Archive(TimeProvider clock)
    {
        var command = new Command("archive", "Moves finished exchanges that are old enough by the hub's configuration into archives on the hub's disk.");
        var hub = HubOptions.AddTo(command, clock);
        command.SetAction((parsed, cancellation) => hub.CallAsync(
            parsed,
            async (invoker, options) =>
            {
                var (admin, whole) = (new Admin.V1.Admin.AdminClient(invoker), new ArchiveLedgerResponse());
                do
                {
                    var run = await admin.ArchiveLedgerAsync(new ArchiveLedgerRequest { MaxExchanges = ArchivedAtOnce, After = whole.Next }, HubOptions.AsLongAsItTakes(options));
                    if (run.Archive.Length > 0) (whole.Archive, whole.Sha256) = (whole.Archive.Length == 0 ? run.Archive : $"{whole.Archive} {run.Archive}", run.Sha256);
                    whole.ExchangeIds.AddRange(run.ExchangeIds);
                    whole.LeftOut.AddRange(run.LeftOut);
                    whole.Next = run.Next;
                }
                while (whole.Next.Length > 0);
                return whole;
            },
            (page, answer) =>
            {
                foreach (var archive in answer.Archive.Split(' ', StringSplitOptions.RemoveEmptyEntries)) page.Line(archive);
                page.Table("", [.. answer.LeftOut.Select(left => new[] { "left out", left.Subject, left.Detail })]);
                page.Line($"{answer.ExchangeIds.Count} exchanges archived.");
            },
            cancellation));
        return command;
    }

    private static Command Migrate(TimeProvider clock)
    {
        var sqlite = new Option<string?>("--sqlite") { Description = "File of a SQLite ledger on which no hub runs.", HelpName = "FILE" };
        var postgres = new Option<string?>("--postgres") { Description = "Connection string of a PostgreSQL ledger, without a password (PGPASSFILE, PGPASSWORD).", HelpName = "STRING" };
        var command = new Command("migrate", "Brings a ledger's tables to this version, without a hub; every hub does the same when it starts.") { sqlite, postgres };
        command.Validators.Add(result =>
        {
            if (result.GetResult(sqlite) is null == result.GetResult(postgres) is null) result.AddError("Name one ledger: --sqlite FILE or --postgres STRING.");
        });
        command.SetAction(parsed =>
        {
            try
            {
                var (from, to) = parsed.GetValue(sqlite) is { } file ? LedgerMigration.Sqlite(file, clock) : LedgerMigration.Postgres(parsed.GetRequiredValue(postgres)!, clock);
                StandardOutput.Write(() => Page.Out().Line(from >= to ? $"The ledger has version {from}; nothing to do." : $"The ledger had version {from} and has version {to} now."));
                return ExitCode.Done;
            }
            catch (Exception refused) when (refused is DbException or InvalidOperationException or ArgumentException)
            {
                throw new UsageException($"ledger migrate: {refused.Message}", refused);
            }
        });
        return command;
    }
}
