using System.Reflection;
using Google.Protobuf.Reflection;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Microsoft.AspNetCore.Routing;

namespace Grpc.Reflection;

/// <summary>The files in which the services of the host's endpoints are declared, with all that they import, by each name they declare. Read once; then immutable.</summary>
internal sealed class Schema
{
    private readonly Dictionary<string, FileDescriptor> _files = new(StringComparer.Ordinal);
    private readonly Dictionary<string, FileDescriptor> _symbols = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SortedDictionary<int, FileDescriptor>> _extensions = new(StringComparer.Ordinal);

    public Schema(EndpointDataSource endpoints)
    {
        var services = endpoints.Endpoints.Select(endpoint => endpoint.Metadata.GetMetadata<GrpcMethodMetadata>()?.ServiceType).OfType<Type>().Distinct()
            .Select(DescriptorOf).OfType<ServiceDescriptor>().ToList();
        Services = [.. services.Select(service => service.FullName).Distinct(StringComparer.Ordinal)];
        foreach (var service in services) Add(service.File);
    }

    /// <summary>Full names, in the order in which they were mapped.</summary>
    public IReadOnlyList<string> Services { get; }

    public FileDescriptor? FileNamed(string name) => _files.GetValueOrDefault(name);

    public FileDescriptor? FileDeclaring(string symbol) => _symbols.GetValueOrDefault(symbol);

    public FileDescriptor? FileExtending(string message, int number) => _extensions.GetValueOrDefault(message)?.GetValueOrDefault(number);

    /// <summary>Ascending. Null when the name is not a message's.</summary>
    public IEnumerable<int>? ExtensionsOf(string message) => _extensions.GetValueOrDefault(message)?.Keys;

    // Generated code keeps it beside the service's base class.
    private static ServiceDescriptor? DescriptorOf(Type? service)
    {
        for (; service is not null; service = service.BaseType)
        {
            if (service.GetCustomAttribute<BindServiceMethodAttribute>(inherit: false) is { } binding)
                return binding.BindType.GetProperty("Descriptor", BindingFlags.Static | BindingFlags.Public)?.GetValue(null) as ServiceDescriptor;
        }

        return null;
    }

    private void Add(FileDescriptor file)
    {
        if (!_files.TryAdd(file.Name, file)) return;
        foreach (var imported in file.Dependencies) Add(imported);
        foreach (var message in file.MessageTypes) Add(message);
        foreach (var one in file.EnumTypes) Add(one);
        foreach (var extension in file.Extensions.UnorderedExtensions) Add(extension);
        foreach (var service in file.Services)
        {
            _symbols[service.FullName] = file;
            foreach (var method in service.Methods) _symbols[method.FullName] = file;
        }
    }

    private void Add(MessageDescriptor message)
    {
        _symbols[message.FullName] = message.File;
        _extensions.TryAdd(message.FullName, []);
        foreach (var field in message.Fields.InDeclarationOrder()) _symbols[field.FullName] = field.File;
        foreach (var choice in message.Oneofs) _symbols[choice.FullName] = choice.File;
        foreach (var extension in message.Extensions.UnorderedExtensions) Add(extension);
        foreach (var nested in message.NestedTypes) Add(nested);
        foreach (var nested in message.EnumTypes) Add(nested);
    }

    private void Add(EnumDescriptor one)
    {
        _symbols[one.FullName] = one.File;

        // As in C, a value's name stands beside its enum's, not below it.
        var scope = one.FullName[..^one.Name.Length];
        foreach (var value in one.Values) _symbols[scope + value.Name] = value.File;
    }

    private void Add(FieldDescriptor extension)
    {
        _symbols[extension.FullName] = extension.File;
        var extended = extension.ExtendeeType.FullName;
        if (!_extensions.TryGetValue(extended, out var numbers)) _extensions[extended] = numbers = [];
        numbers[extension.FieldNumber] = extension.File;
    }
}
