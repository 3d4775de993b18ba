using System.CommandLine;
using System.Globalization;
using Grpc.Core;
using Vss.Interlink.Admin.V1;
using Vss.Interlink.Cli.Output;

namespace Vss.Interlink.Cli.Hub;

/// <summary><c>interlink bodies</c>: work over all attachments that the hub holds. How far it is goes to standard error, what came of it to standard output.</summary>
internal static class BodiesCommand
{
    private const int Damaged = 1;
    private const int MostFindings = 1000;

    private delegate AsyncServerStreamingCall<BodiesProgress> Run(Admin.V1.Admin.AdminClient admin, BodiesRequest request, CallOptions options);

    public static Command Create(TimeProvider clock) => new("bodies", "Verifies, re-keys or clears out the attachments that the hub holds, while it runs.")
    {
        Verb("scrub", "Reads and verifies every body, and names those that are damaged or missing. Exit code 1 when there are any.", "verified", clock, (admin, request, options) => admin.ScrubBodies(request, options)),
        Verb("rekey", "Encrypts anew every body that is not under the current key. Broken off, it goes on where it stopped. Exit code 1 when one cannot be read.", "re-keyed", clock, (admin, request, options) => admin.RekeyBodies(request, options)),
        Verb("collect", "Removes bodies that no exchange names and that are older than Exchange:OrphanGrace.", "removed", clock, (admin, request, options) => admin.CollectBodies(request, options)),
    };

    private static Command Verb(string name, string description, string done, TimeProvider clock, Run run)
    {
        var command = new Command(name, description);
        var hub = HubOptions.AddTo(command, clock);
        command.SetAction(async (parsed, cancellation) =>
        {
            long faults = 0;
            var code = await hub.CallAsync(
                parsed,
                async (invoker, options) =>
                {
                    using var call = run(new Admin.V1.Admin.AdminClient(invoker), new BodiesRequest(), HubOptions.AsLongAsItTakes(options));
                    var whole = await FollowAsync(call.ResponseStream, options.CancellationToken);
                    faults = whole.Faults;
                    return whole;
                },
                (page, whole) => Show(page, whole, done),
                cancellation);
            return code == ExitCode.Done && faults > 0 ? Damaged : code;
        });
        return command;
    }

    private static async Task<BodiesProgress> FollowAsync(IAsyncStreamReader<BodiesProgress> reports, CancellationToken cancellation)
    {
        var whole = new BodiesProgress();
        while (await reports.MoveNext(cancellation))
        {
            var report = reports.Current;
            if (!report.Done) StandardError.Line($"{Number(report.Seen)} seen, {Number(report.Changed)} changed, {Number(report.Octets)} octets, {Number(report.Faults)} findings");
            (whole.Seen, whole.Octets, whole.Changed, whole.Faults, whole.Done) = (report.Seen, report.Octets, report.Changed, report.Faults, report.Done);
            whole.Findings.AddRange(report.Findings.Take(MostFindings - whole.Findings.Count));
        }

        return whole;
    }

    private static void Show(Page page, BodiesProgress whole, string done)
    {
        page.Table("",
        [
            ["bodies", Number(whole.Seen)],
            [done, $"{Number(done == "verified" ? whole.Seen - whole.Faults : whole.Changed)} ({Number(whole.Octets)} octets)"],
            ["findings", Number(whole.Faults)],
        ]);
        if (whole.Findings.Count == 0) return;
        page.Line();
        page.Table("", [["RULE", "FINDING"], .. whole.Findings.Select(found => new[] { found.Rule, found.Detail })]);
        if (whole.Faults > whole.Findings.Count) page.Line($"The first {MostFindings}; the hub's log has all.");
    }

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
