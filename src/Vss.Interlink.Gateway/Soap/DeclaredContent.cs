using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;
using Vss.Interlink.Exchange.Faults;
using Vss.Interlink.V1;

namespace Vss.Interlink.Gateway.Soap;

/// <summary>What the HTTP headers say about the message, before a single octet of it is read.</summary>
/// <param name="Version">SOAP version that the media type stands for; null for a multipart message that does not say.</param>
/// <param name="Charset">charset parameter of a single-part message; null when absent.</param>
/// <param name="Actions">Every action that the headers claim, as it stood.</param>
/// <param name="Multipart">How the parts are found; null for a single-part message.</param>
internal sealed record DeclaredContent(SoapVersion? Version, string? Charset, IReadOnlyList<string> Actions, MultipartLayout? Multipart)
{
    public const string XopMediaType = "application/xop+xml";

    /// <summary>Reads Content-Type, Content-Encoding and SOAPAction.</summary>
    /// <exception cref="ExchangeFault">UNSUPPORTED_MEDIA_TYPE.</exception>
    public static DeclaredContent Of(HttpRequest request)
    {
        if (request.Headers.ContentEncoding.Any(coding => !StringValues.IsNullOrEmpty(coding) && !coding!.Equals("identity", StringComparison.OrdinalIgnoreCase)))
            throw Unsupported("a compressed body is not accepted; send it without Content-Encoding", "http.content-encoding");

        var type = Parsed(request.ContentType, "the Content-Type");
        var actions = request.Headers["SOAPAction"].Select(value => value ?? "").ToList();
        if (Parameter(type, "action") is { } action) actions.Add(action);

        if (SoapVersion.OfMediaType(type.MediaType.Value!) is { } version) return new DeclaredContent(version, Parameter(type, "charset"), actions, null);
        if (!type.MediaType.Equals("multipart/related", StringComparison.OrdinalIgnoreCase)) throw Unsupported("the Content-Type is none of SOAP's");
        if (!string.Equals(Parameter(type, "type"), XopMediaType, StringComparison.OrdinalIgnoreCase)) throw Unsupported("the multipart message is not of type application/xop+xml");
        if (Parameter(type, "boundary") is not { Length: > 0 and <= 70 } boundary) throw Unsupported("the multipart message names no boundary of 1 to 70 characters", "mime.boundary");

        SoapVersion? stated = null;
        if (Parameter(type, "start-info") is { } startInfo)
        {
            var inner = Parsed(startInfo, "start-info");
            stated = SoapVersion.OfMediaType(inner.MediaType.Value!) ?? throw Unsupported("start-info names no SOAP media type");
            if (Parameter(inner, "action") is { } innerAction) actions.Add(innerAction);
        }

        return new DeclaredContent(stated, null, actions, new MultipartLayout(boundary, Parameter(type, "start")));
    }

    /// <summary>Reads the root part's own Content-Type, which may say the version and the action too (XOP 1.0 §4.1, SOAP 1.2 MTOM §3.2).</summary>
    /// <exception cref="ExchangeFault">UNSUPPORTED_MEDIA_TYPE.</exception>
    public DeclaredContent WithRootPart(string? contentType)
    {
        var type = Parsed(contentType, "the root part's Content-Type");
        if (!type.MediaType.Equals(XopMediaType, StringComparison.OrdinalIgnoreCase)) throw Unsupported("the root part is not application/xop+xml");
        List<string> actions = [.. Actions];
        var version = Version;
        if (Parameter(type, "type") is { } soapType)
        {
            var inner = Parsed(soapType, "the root part's type");
            var rootVersion = SoapVersion.OfMediaType(inner.MediaType.Value!) ?? throw Unsupported("the root part's type is no SOAP media type");
            if (version is not null && version != rootVersion) throw Unsupported("start-info and the root part's type name two SOAP versions");
            version = rootVersion;
            if (Parameter(inner, "action") is { } innerAction) actions.Add(innerAction);
        }

        if (Parameter(type, "action") is { } action) actions.Add(action);
        return this with { Version = version, Charset = Parameter(type, "charset"), Actions = actions };
    }

    private static MediaTypeHeaderValue Parsed([NotNull] string? text, string what)
    {
        if (text is null || !MediaTypeHeaderValue.TryParse(text, out var type)) throw Unsupported($"{what} is missing or malformed");

        // With two parameters of one name, two readers of the message could each take another.
        if (type.Parameters.GroupBy(parameter => parameter.Name.Value, StringComparer.OrdinalIgnoreCase).Any(group => group.Count() > 1))
            throw Unsupported($"{what} repeats a parameter");
        return type;
    }

    private static string? Parameter(MediaTypeHeaderValue type, string name)
    {
        var found = type.Parameters.FirstOrDefault(parameter => parameter.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
        return found is null ? null : HeaderUtilities.UnescapeAsQuotedString(found.Value).Value ?? "";
    }

    private static ExchangeFault Unsupported(string detail, string rule = "http.content-type") => new(Fault.UnsupportedMediaType, detail, rule);
}

/// <summary>Parameters of multipart/related (RFC 2387).</summary>
/// <param name="Boundary">Without the leading hyphens.</param>
/// <param name="Start">Content-ID of the root part with its angle brackets; null: the first part is the root.</param>
internal sealed record MultipartLayout(string Boundary, string? Start);
