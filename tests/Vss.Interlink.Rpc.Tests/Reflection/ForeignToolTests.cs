using System.Text.Json;

namespace Vss.Interlink.Rpc.Tests.Reflection;

/// <summary>
/// Tools that know none of our files call a method by what reflection tells them, as grpcurl does. One is built on grpcio and Google's descriptor pool; the other is npm's
/// grpc-js-reflection-client, made by neither us nor the gRPC authors.
/// </summary>
public sealed class ForeignToolTests
{
    private const string Request = """{"title":"Sổ bảo hiểm"}""";

    [Theory(Timeout = 60_000)]
    [InlineData("v1")]
    [InlineData("v1alpha")]
    public async Task Grpcio_calls_a_method_that_it_knows_by_reflection_alone(string version)
    {
        await using var host = await LibraryHost.StartAsync();
        await using var peer = await PeerProcess.PythonAsync("reflection_client.py", host.Address.Authority, version,
            Path.Combine(AppContext.BaseDirectory, "Protos"), "interlink.rpc.tests.Library.Find", Request);
        var saw = JsonElement.Parse(await peer.ReadLineAsync(TimeSpan.FromSeconds(30)));

        AssertSawAll(saw);
        Assert.Equal([101, 120, 150], saw.GetProperty("extensions").EnumerateArray().Select(number => number.GetInt32()));
        Assert.Equal(5, saw.GetProperty("missing").GetInt32()); // NOT_FOUND, and the stream went on
        Assert.Equal(0, saw.GetProperty("left").GetInt32());
        Assert.Equal("2023-11-14T22:13:20Z", saw.GetProperty("answer").GetProperty("since").GetString());
    }

    [Theory(Timeout = 240_000)]
    [InlineData("v1")]
    [InlineData("v1alpha")]
    public async Task A_reflection_tool_for_node_calls_a_method_that_it_knows_by_reflection_alone(string version)
    {
        await using var host = await LibraryHost.StartAsync();
        await using var peer = await PeerProcess.NodeAsync("reflection_client.js", host.Address.Authority, version, "interlink.rpc.tests.Library", "Find", Request);
        var saw = JsonElement.Parse(await peer.ReadLineAsync(TimeSpan.FromSeconds(30)));

        AssertSawAll(saw);
        Assert.Equal("Find", saw.GetProperty("methods").EnumerateArray().Single().GetString());
        Assert.Equal("No known file has or declares this.", saw.GetProperty("missing").GetString());
        Assert.Equal(1_700_000_000, saw.GetProperty("answer").GetProperty("since").GetProperty("seconds").GetInt64());
    }

    private static void AssertSawAll(JsonElement saw)
    {
        Assert.Equal(
            ["grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection", "interlink.rpc.tests.Counter", "interlink.rpc.tests.Library"],
            saw.GetProperty("services").EnumerateArray().Select(name => name.GetString()));
        var shelf = saw.GetProperty("answer").GetProperty("shelf");
        Assert.Equal("Sổ bảo hiểm", shelf.GetProperty("room").GetString());
        Assert.Equal(90, shelf.GetProperty("row")[0].GetProperty("length").GetInt32());
    }
}
