using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Grpc.Reflection.V1;

namespace Grpc.Reflection;

/// <summary>The answer to one request of grpc.reflection. Costs at most a walk over the schema; what it holds is the descriptors' own octets.</summary>
internal sealed class SchemaAnswers(Schema schema)
{
    /// <summary>Always an answer: a request that cannot be met gets error_response (NOT_FOUND, INVALID_ARGUMENT).</summary>
    public ServerReflectionResponse Answer(ServerReflectionRequest request)
    {
        var response = new ServerReflectionResponse { ValidHost = request.Host, OriginalRequest = request };
        switch (request.MessageRequestCase)
        {
            case ServerReflectionRequest.MessageRequestOneofCase.ListServices:
                response.ListServicesResponse = new() { Service = { schema.Services.Select(name => new ServiceResponse { Name = name }) } };
                break;
            case ServerReflectionRequest.MessageRequestOneofCase.FileByFilename:
                Put(schema.FileNamed(request.FileByFilename), "The file is not known here.");
                break;
            case ServerReflectionRequest.MessageRequestOneofCase.FileContainingSymbol:
                Put(schema.FileDeclaring(request.FileContainingSymbol), "No known file declares the symbol.");
                break;
            case ServerReflectionRequest.MessageRequestOneofCase.FileContainingExtension:
                var wanted = request.FileContainingExtension;
                Put(schema.FileExtending(wanted.ContainingType, wanted.ExtensionNumber), "No known file declares the extension.");
                break;
            case ServerReflectionRequest.MessageRequestOneofCase.AllExtensionNumbersOfType:
                if (schema.ExtensionsOf(request.AllExtensionNumbersOfType) is { } numbers)
                    response.AllExtensionNumbersResponse = new() { BaseTypeName = request.AllExtensionNumbersOfType, ExtensionNumber = { numbers } };
                else Refuse(StatusCode.NotFound, "The message is not known here.");
                break;
            default:
                Refuse(StatusCode.InvalidArgument, "The request asks for nothing that is known here.");
                break;
        }

        return response;

        void Put(FileDescriptor? file, string otherwise)
        {
            if (file is null) Refuse(StatusCode.NotFound, otherwise);
            else response.FileDescriptorResponse = new() { FileDescriptorProto = { WithImports(file) } };
        }

        void Refuse(StatusCode code, string why) => response.ErrorResponse = new() { ErrorCode = (int)code, ErrorMessage = why };
    }

    // The file first: tools take the first one for the one they asked for.
    private static IEnumerable<ByteString> WithImports(FileDescriptor file)
    {
        var files = new List<FileDescriptor> { file };
        var seen = new HashSet<string>(StringComparer.Ordinal) { file.Name };
        for (var next = 0; next < files.Count; next++) files.AddRange(files[next].Dependencies.Where(imported => seen.Add(imported.Name)));
        return files.Select(one => one.SerializedData);
    }
}
