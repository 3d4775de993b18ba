using System.CommandLine;
using Vss.Interlink.Bench.Bodies;
using Vss.Interlink.Bench.Pdf;
using Vss.Interlink.Bench.Pki;
using Vss.Interlink.Bench.Road;
using Vss.Interlink.Bench.Rpc;
using Vss.Interlink.Bench.Xml;

var root = new RootCommand("Measures parts of the hub, each against the plainest thing that does the same work.")
{
    BodiesCommand.Create(),
    PdfCommand.Create(),
    PkiCommand.Create(),
    RoadCommand.Create(),
    GrowthCommand.Create(),
    RpcCommand.Create(),
    RpcServer.CreateCommand(),
    XmlCommand.Create(),
    XmlSide.CreateCommand(),
};
return await root.Parse(args).InvokeAsync();
