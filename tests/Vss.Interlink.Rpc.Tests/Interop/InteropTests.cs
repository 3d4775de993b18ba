namespace Vss.Interlink.Rpc.Tests.Interop;

/// <summary>
/// The public gRPC interop cases (doc/interop-test-descriptions.md of grpc/grpc) between our runtime and two others, Debian's grpcio (the C core) and
/// npm's @grpc/grpc-js, each as client and as server. The client of a case asserts what the specification says it does; what passed over the
/// wire is asserted here, for all alike.
/// </summary>
public sealed class InteropTests(InteropTable table) : IClassFixture<InteropTable>
{
    // The error code of a cancelled call (RFC 9113, 7).
    private const int Cancel = 0x8;

    // README.md of @grpc/grpc-js, Features.
    private const string WhatGrpcJsCompresses =
        "Partial compression support: clients can compress and decompress messages, and servers can decompress request messages";

    public static TheoryData<string, string> Cells => [.. from column in InteropTable.Columns from @case in InteropTable.Cases select (column, @case)];

    [Theory(Timeout = 200_000)] // the first case of a Node peer may wait for npm
    [MemberData(nameof(Cells))]
    public async Task A_public_case_passes_between_us_and_a_peer(string column, string @case)
    {
        table.Record(@case, column, "FAILED");
        var peers = await table.ColumnAsync(column);
        var traffic = peers.Tap.Watch();
        await peers.RunAsync(@case);
        var cannot = column == "ours > grpc-js" && @case.StartsWith("server_compressed", StringComparison.Ordinal);
        await (cannot ? AssertNeverCompressedAsync(traffic) : AssertOnTheWireAsync(traffic, column, @case));
        table.Record(@case, column, cannot ? "uncompressed" : "passed");
    }

    private static async Task AssertOnTheWireAsync(CaseTraffic traffic, string column, string @case)
    {
        int[]? requests = null, responses = null;
        switch (@case)
        {
            case "client_compressed_unary" or "client_compressed_streaming":
                requests = column.EndsWith("> ours", StringComparison.Ordinal) ? [0, 1, 0] : [1, 0]; // with or without the probe
                break;
            case "server_compressed_unary" or "server_compressed_streaming":
                responses = [1, 0];
                break;
            case "cancel_after_first_response":
                Assert.Equal(Cancel, await traffic.Reset.Task.WaitAsync(TimeSpan.FromSeconds(5)));
                break;
        }

        Assert.Equal(requests ?? traffic.RequestFlags.Select(_ => 0), traffic.RequestFlags);
        Assert.Equal(responses ?? traffic.ResponseFlags.Select(_ => 0), traffic.ResponseFlags);
    }

    // The call is played and answered, as it may be (compression.md: "MAY choose to respond using a different compression method"), uncompressed, as the
    // peer documents. The day it does compress, this fails.
    private static async Task AssertNeverCompressedAsync(CaseTraffic traffic)
    {
        Assert.Equal([0, 0], traffic.ResponseFlags);
        Assert.Contains(WhatGrpcJsCompresses, await File.ReadAllTextAsync(PeerProcess.PathOf("node_modules/@grpc/grpc-js/README.md")), StringComparison.Ordinal);
    }
}
