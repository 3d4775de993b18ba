using System.CommandLine;
using Vss.Interlink.Cli;
using Vss.Interlink.Cli.Canonical;
using Vss.Interlink.Cli.Hub;
using Vss.Interlink.Cli.Pki;
using Vss.Interlink.Cli.Sign;
using Vss.Interlink.Cli.TimeStamp;
using Vss.Interlink.Cli.Verify;

var root = new RootCommand("Judges signed documents without the hub, and shows what became of an exchange in it.")
{
    VerifyCommand.Create(TimeProvider.System),
    PkiCommand.Create(TimeProvider.System),
    TimeStampCommand.Create(TimeProvider.System),
    SignCommand.Create(TimeProvider.System),
    CanonicalCommand.Create(),
    TraceCommand.Create(TimeProvider.System),
    ExchangesCommand.Create(TimeProvider.System),
    DeliveriesCommand.Create(TimeProvider.System),
    DeliveriesCommand.DeadLetters(TimeProvider.System),
    BodiesCommand.Create(TimeProvider.System),
    LedgerCommand.Create(TimeProvider.System),
    HoldsCommand.Create(TimeProvider.System),
};
return await CommandRun.RunAsync(root, args);
