using System.Collections.Concurrent;
using System.Text;

namespace Vss.Interlink.Rpc.Tests.Interop;

/// <summary>The columns of the table, each started when the first of its cases is played; and the table itself, printed when all have been.</summary>
public sealed class InteropTable : IAsyncLifetime
{
    /// <summary>The public cases, in the order they are told in.</summary>
    public static readonly IReadOnlyList<string> Cases =
    [
        "empty_unary", "large_unary", "client_streaming", "server_streaming", "ping_pong", "empty_stream", "custom_metadata",
        "status_code_and_message", "special_status_message", "unimplemented_method", "unimplemented_service", "cancel_after_begin",
        "cancel_after_first_response", "timeout_on_sleeping_server", "client_compressed_unary", "server_compressed_unary",
        "client_compressed_streaming", "server_compressed_streaming",
    ];

    /// <summary>Who calls whom.</summary>
    public static readonly IReadOnlyList<string> Columns = ["ours > grpcio", "grpcio > ours", "ours > grpc-js", "grpc-js > ours"];

    private readonly ConcurrentDictionary<string, Task<InteropColumn>> _started = [];
    private readonly ConcurrentDictionary<(string Case, string Column), string> _results = [];

    internal Task<InteropColumn> ColumnAsync(string column) => _started.GetOrAdd(column, name => name switch
    {
        "ours > grpcio" => InteropColumn.OfOurClientAsync(PeerProcess.PythonAsync("interop_server.py")),
        "grpcio > ours" => InteropColumn.OfOurServerAsync(address => PeerProcess.PythonAsync("interop_client.py", address)),
        "ours > grpc-js" => InteropColumn.OfOurClientAsync(PeerProcess.NodeAsync("interop_server.js")),
        "grpc-js > ours" => InteropColumn.OfOurServerAsync(address => PeerProcess.NodeAsync("interop_client.js", address)),
        _ => throw new ArgumentOutOfRangeException(nameof(column), column, null),
    });

    public void Record(string @case, string column, string result) => _results[(@case, column)] = result;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        TestContext.Current.SendDiagnosticMessage(Render()); // shown by the console logger as xunit.runner.json says so
        foreach (var column in _started.Values.Where(column => column.IsCompletedSuccessfully)) await (await column).DisposeAsync();
    }

    private string Render()
    {
        var lines = new StringBuilder("gRPC interop cases, client > server\n");
        Append("", column => column);
        foreach (var @case in Cases) Append(@case, column => _results.GetValueOrDefault((@case, column), "not run"));
        return lines.Append("uncompressed: the peer answers so by its own README.md, and the call passed").ToString();

        void Append(string first, Func<string, string> cell) =>
            lines.Append(first.PadRight(28)).AppendJoin(' ', Columns.Select(column => cell(column).PadRight(15))).Append('\n');
    }
}
