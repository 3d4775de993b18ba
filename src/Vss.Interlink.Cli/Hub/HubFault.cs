using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Vss.Interlink.Cli.Output;
using Vss.Interlink.V1;

namespace Vss.Interlink.Cli.Hub;

/// <summary>Why the hub did not answer: a line of the catalogue in faults.proto, or what the connection says.</summary>
internal sealed record HubFault(string Name, string Detail, string Rule, string Remedy, string Reference, bool Passing)
{
    private const string DetailsTrailer = "grpc-status-details-bin";

    private const int NotFound = 66;
    private const int TryAgain = 75;
    private const int NotPermitted = 77;

    private int ExitCode { get; init; }

    public static HubFault Of(RpcException failed) => Details(failed) is { } fault
        ? new HubFault(fault.Name, fault.Detail, fault.Rule, fault.Remedy, fault.Reference, fault.Passing) { ExitCode = ExitCodeOf(fault.Fault) }
        : OfStatus(failed);

    /// <summary>As JSON on standard output, or as lines on standard error. Gives the exit code.</summary>
    public int Write(bool json)
    {
        if (json)
        {
            StandardOutput.Write(() => Json.Write(new { fault = this }));
            return ExitCode;
        }

        StandardError.Write(page =>
        {
            page.Line($"interlink: {Name}: {Detail}");
            if (Rule.Length > 0) page.Line($"  rule:      {Rule}");
            if (Remedy.Length > 0) page.Line($"  remedy:    {Remedy}");
            if (Reference.Length > 0) page.Line($"  reference: {Reference}");
        });
        return ExitCode;
    }

    private static FaultDetail? Details(RpcException failed)
    {
        if (failed.Trailers.GetValueBytes(DetailsTrailer) is not { } octets) return null;
        try
        {
            foreach (var detail in Google.Rpc.Status.Parser.ParseFrom(octets).Details)
                if (detail.TryUnpack<FaultDetail>(out var fault))
                    return fault;
            return null;
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }

    // The catalogue's own column; a fault that this version does not know reads as FAULT_UNSPECIFIED, as faults.proto asks.
    private static int ExitCodeOf(Fault fault)
    {
        var catalogue = FaultsReflection.Descriptor.EnumTypes.Single(type => type.Name == nameof(Fault));
        EnumValueDescriptor line = catalogue.FindValueByNumber((int)fault) ?? catalogue.FindValueByNumber((int)Fault.Unspecified);
        return line.GetOptions().GetExtension(FaultsExtensions.Meaning).ExitCode;
    }

    private static HubFault OfStatus(RpcException failed)
    {
        var (code, remedy) = failed.StatusCode switch
        {
            StatusCode.Unavailable or StatusCode.DeadlineExceeded => (TryAgain, "Check the address in --hub, that --trust holds the anchor of its certificate, and that the hub admits the certificate of --key."),
            StatusCode.ResourceExhausted or StatusCode.Aborted => (TryAgain, "Try again later."),
            StatusCode.Unauthenticated or StatusCode.PermissionDenied => (NotPermitted, "Use the key of a service that is registered with the hub."),
            StatusCode.NotFound => (NotFound, "Check the id."),
            _ => (Cli.ExitCode.Software, "Check that --hub is the inside port of a hub of this version."),
        };
        var cause = failed.Status.DebugException;
        while (cause?.InnerException is { } inner) cause = inner;
        if (cause is ObjectDisposedException) return Fault("The hub ended the connection before it answered.");   // as with TLS 1.3, where a client's certificate is refused after it began to speak
        return Fault(cause is null || failed.Status.Detail.Contains(cause.Message, StringComparison.Ordinal) ? failed.Status.Detail : $"{failed.Status.Detail} {cause.Message}");

        HubFault Fault(string detail) => new(failed.StatusCode.ToString(), detail, "", remedy, "", Passing: code == TryAgain) { ExitCode = code };
    }
}
