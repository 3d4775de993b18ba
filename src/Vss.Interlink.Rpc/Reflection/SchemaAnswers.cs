using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Grpc.Reflection.V1;
using Asked = Grpc.Reflection.V1.ServerReflectionRequest.MessageRequestOneofCase;

namespace Grpc.Reflection;

/// <summary>The answer to one request of grpc.reflection. Costs at most a walk over the schema; what it holds is the descriptors' own octets.</summary>
internal sealed class SchemaAnswers(Schema schema)
{
    /// <summary>Always an answer: a request that cannot be met gets error_response (NOT_FOUND, INVALID_ARGUMENT).</summary>
    public ServerReflectionResponse Answer(ServerReflectionRequest request)
    {
        var answer = request.MessageRequestCase switch
        {
            Asked.ListServices => Services(),
            Asked.FileByFilename => File(schema.FileNamed(request.FileByFilename)),
            Asked.FileContainingSymbol => File(schema.FileDeclaring(request.FileContainingSymbol)),
            Asked.FileContainingExtension =>
                File(schema.FileExtending(request.FileContainingExtension.ContainingType, request.FileContainingExtension.ExtensionNumber)),
            Asked.AllExtensionNumbersOfType => Extensions(request.AllExtensionNumbersOfType),
            _ => Refusal(StatusCode.InvalidArgument, "The request asks for nothing that is known here."),
        };
        (answer.ValidHost, answer.OriginalRequest) = (request.Host, request);
        return answer;
    }

    private ServerReflectionResponse Services() =>
        new() { ListServicesResponse = new() { Service = { schema.Services.Select(name => new ServiceResponse { Name = name }) } } };

    private ServerReflectionResponse Extensions(string message) => schema.ExtensionsOf(message) is { } numbers
        ? new() { AllExtensionNumbersResponse = new() { BaseTypeName = message, ExtensionNumber = { numbers } } }
        : Refusal(StatusCode.NotFound, "No known file declares this message.");

    // The file first: tools take the first one for the one they asked for.
    private static ServerReflectionResponse File(FileDescriptor? file)
    {
        if (file is null) return Refusal(StatusCode.NotFound, "No known file has or declares this.");
        var files = new List<FileDescriptor> { file };
        var seen = new HashSet<string>(StringComparer.Ordinal) { file.Name };
        for (var next = 0; next < files.Count; next++) files.AddRange(files[next].Dependencies.Where(imported => seen.Add(imported.Name)));
        return new() { FileDescriptorResponse = new() { FileDescriptorProto = { files.Select(one => one.SerializedData) } } };
    }

    private static ServerReflectionResponse Refusal(StatusCode code, string why) =>
        new() { ErrorResponse = new() { ErrorCode = (int)code, ErrorMessage = why } };
}
