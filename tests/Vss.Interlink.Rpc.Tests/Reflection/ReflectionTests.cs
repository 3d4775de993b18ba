using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Grpc.Reflection.V1;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Vss.Interlink.Rpc.Tests.Reflection;

public sealed class ReflectionTests
{
    [Fact(Timeout = 30_000)]
    public async Task The_services_that_are_mapped_are_listed()
    {
        var answer = await AskAsync(new ServerReflectionRequest { Host = "hub", ListServices = "" });
        Assert.Equal(
            ["grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection", "interlink.rpc.tests.Counter", "interlink.rpc.tests.Library"],
            answer.ListServicesResponse.Service.Select(service => service.Name).Order(StringComparer.Ordinal));
        Assert.Equal("hub", answer.ValidHost);
        Assert.Equal(ServerReflectionRequest.MessageRequestOneofCase.ListServices, answer.OriginalRequest.MessageRequestCase);
    }

    [Theory(Timeout = 30_000)]
    [InlineData("Library", "library.proto")]
    [InlineData("Library.Find", "library.proto")]
    [InlineData("Book", "library.proto")]
    [InlineData("Shelf", "shelf.proto")]
    [InlineData("Shelf.Row", "shelf.proto")]
    [InlineData("Shelf.Row.length", "shelf.proto")]
    [InlineData("Shelf.place", "shelf.proto")]
    [InlineData("Shelf.cellar", "shelf.proto")]
    [InlineData("Shelf.State", "shelf.proto")]
    [InlineData("Shelf.STATE_FULL", "shelf.proto")]
    [InlineData("Wood", "shelf.proto")]
    [InlineData("WOOD_OAK", "shelf.proto")]
    [InlineData("colour", "shelf.proto")]
    [InlineData("Ladder.ladder", "shelf.proto")]
    public async Task A_name_of_any_kind_leads_to_the_file_that_declares_it(string name, string file)
    {
        var answer = await AskAsync(new ServerReflectionRequest { FileContainingSymbol = "interlink.rpc.tests." + name });
        Assert.Equal(file, Files(answer)[0].Name);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_file_comes_first_and_each_of_its_imports_once()
    {
        var files = Files(await AskAsync(new ServerReflectionRequest { FileByFilename = "library.proto" }));
        Assert.Equal(["library.proto", "google/protobuf/timestamp.proto", "shelf.proto"], files.Select(file => file.Name));
        Assert.Equal("Find", files[0].Service.Single().Method.Single().Name);
    }

    [Fact(Timeout = 30_000)]
    public async Task An_import_is_a_file_of_its_own()
    {
        var files = Files(await AskAsync(new ServerReflectionRequest { FileByFilename = "google/protobuf/timestamp.proto" }));
        Assert.Equal("Timestamp", Assert.Single(files).MessageType.Single().Name);
    }

    [Fact(Timeout = 30_000)]
    public async Task Extensions_are_found_by_message_and_number()
    {
        const string shelf = "interlink.rpc.tests.Shelf";
        var answers = await AskAsync(
            new ServerReflectionRequest { AllExtensionNumbersOfType = shelf },
            new ServerReflectionRequest { FileContainingExtension = new() { ContainingType = shelf, ExtensionNumber = 120 } },
            new ServerReflectionRequest { AllExtensionNumbersOfType = "interlink.rpc.tests.Book" });
        Assert.Equal(shelf, answers[0].AllExtensionNumbersResponse.BaseTypeName);
        Assert.Equal([101, 120, 150], answers[0].AllExtensionNumbersResponse.ExtensionNumber);
        Assert.Equal("shelf.proto", Files(answers[1])[0].Name);
        Assert.Empty(answers[2].AllExtensionNumbersResponse.ExtensionNumber);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_request_that_cannot_be_met_gets_its_error_and_the_stream_goes_on()
    {
        var answers = await AskAsync(
            new ServerReflectionRequest { FileByFilename = "none.proto" },
            new ServerReflectionRequest { FileContainingSymbol = "interlink.rpc.tests.None" },
            new ServerReflectionRequest { FileContainingSymbol = "" },
            new ServerReflectionRequest { FileContainingExtension = new() { ContainingType = "interlink.rpc.tests.Shelf", ExtensionNumber = 199 } },
            new ServerReflectionRequest { AllExtensionNumbersOfType = "interlink.rpc.tests.Library" },
            new ServerReflectionRequest(),
            new ServerReflectionRequest { ListServices = "*" });
        Assert.Equal(
            [StatusCode.NotFound, StatusCode.NotFound, StatusCode.NotFound, StatusCode.NotFound, StatusCode.NotFound, StatusCode.InvalidArgument],
            answers.SkipLast(1).Select(answer => (StatusCode)answer.ErrorResponse.ErrorCode));
        Assert.NotEmpty(answers[^1].ListServicesResponse.Service);
    }

    [Fact(Timeout = 30_000)]
    public async Task The_older_name_answers_the_same_octets()
    {
        await using var host = await LibraryHost.StartAsync();
        using var call = new Grpc.Reflection.V1Alpha.ServerReflection.ServerReflectionClient(host.Channel).ServerReflectionInfo();
        var request = new ServerReflectionRequest { Host = "hub", FileContainingSymbol = "interlink.rpc.tests.Library" };
        await call.RequestStream.WriteAsync(Grpc.Reflection.V1Alpha.ServerReflectionRequest.Parser.ParseFrom(request.ToByteString()));
        Assert.True(await call.ResponseStream.MoveNext(CancellationToken.None));
        Assert.Equal((await AskAsync(request)).ToByteString(), call.ResponseStream.Current.ToByteString());
    }

    [Fact(Timeout = 30_000)]
    public async Task A_tool_left_open_does_not_hold_up_the_hosts_stop()
    {
        IHostApplicationLifetime? lifetime = null;
        await using var host = await LibraryHost.StartAsync(app => lifetime = app.Lifetime);
        using var call = new ServerReflection.ServerReflectionClient(host.Channel).ServerReflectionInfo();
        await call.RequestStream.WriteAsync(new ServerReflectionRequest { ListServices = "" });
        Assert.True(await call.ResponseStream.MoveNext(CancellationToken.None));

        lifetime!.StopApplication();
        var ended = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(CancellationToken.None));
        Assert.Equal(StatusCode.Unavailable, ended.StatusCode);
    }

    private static async Task<ServerReflectionResponse> AskAsync(ServerReflectionRequest request) => (await AskAsync([request])).Single();

    private static async Task<IReadOnlyList<ServerReflectionResponse>> AskAsync(params ServerReflectionRequest[] requests)
    {
        await using var host = await LibraryHost.StartAsync();
        using var call = new ServerReflection.ServerReflectionClient(host.Channel).ServerReflectionInfo();
        var answers = new List<ServerReflectionResponse>();
        foreach (var request in requests)
        {
            await call.RequestStream.WriteAsync(request);
            Assert.True(await call.ResponseStream.MoveNext(CancellationToken.None));
            answers.Add(call.ResponseStream.Current);
        }

        await call.RequestStream.CompleteAsync();
        Assert.False(await call.ResponseStream.MoveNext(CancellationToken.None));
        return answers;
    }

    private static List<FileDescriptorProto> Files(ServerReflectionResponse answer) =>
        [.. answer.FileDescriptorResponse.FileDescriptorProto.Select(FileDescriptorProto.Parser.ParseFrom)];
}
