using System.Text.Json.Serialization;

namespace Vss.Interlink.Sandbox.Pki;

/// <summary>What the authority serves.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<AuthorityService>))]
public enum AuthorityService
{
    /// <summary>Certificates of the authorities, where caIssuers points.</summary>
    Certificates = 1,

    /// <summary>Revocation lists.</summary>
    Crl = 2,
    Ocsp = 3,
    Tsa = 4,
}

/// <summary>Ways in which a request can go wrong.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<AuthorityFault>))]
public enum AuthorityFault
{
    /// <summary>The right answer, late.</summary>
    Slow = 1,

    /// <summary>The connection is reset.</summary>
    Off = 2,

    /// <summary>HTTP 500.</summary>
    ServerError = 3,

    /// <summary>Octets that are no DER, under the right content type.</summary>
    Garbage = 4,

    /// <summary>The first half of the right answer, as if it were whole.</summary>
    Truncated = 5,

    /// <summary>A list or an OCSP answer that ended; a time stamp by a certificate that ended.</summary>
    Expired = 6,

    /// <summary>Signed by another key, whose certificate bears the right names below another root.</summary>
    WrongSigner = 7,

    /// <summary>OCSP and TSA: another nonce than the request's.</summary>
    WrongNonce = 8,

    /// <summary>OCSP and TSA: no nonce, whatever was asked.</summary>
    NoNonce = 9,

    /// <summary>OCSP: the responder does not know the certificate.</summary>
    Unknown = 10,

    /// <summary>TSA: a stamp of another digest.</summary>
    WrongImprint = 11,

    /// <summary>TSA: a stamp under another policy than was asked for.</summary>
    WrongPolicy = 12,

    /// <summary>TSA: status rejection, no token.</summary>
    Rejection = 13,

    /// <summary>TSA: status waiting, no token.</summary>
    Waiting = 14,
}

/// <summary>Requests to a service that are to go wrong.</summary>
/// <param name="Service">Which.</param>
/// <param name="Fault">What happens to them.</param>
/// <param name="Count">How many, from the next on; null for all until the script is cleared.</param>
/// <param name="DelayMilliseconds">How late the answer of <see cref="AuthorityFault.Slow"/> comes.</param>
public sealed record ScriptedAuthorityFault(AuthorityService Service, AuthorityFault Fault, int? Count = 1, int DelayMilliseconds = 2000)
{
    /// <summary>Why it cannot be played; null when it can.</summary>
    internal string? Objection => Fault switch
    {
        AuthorityFault.Slow or AuthorityFault.Off or AuthorityFault.ServerError or AuthorityFault.Garbage or AuthorityFault.Truncated when Enum.IsDefined(Service) => null,
        AuthorityFault.Expired or AuthorityFault.WrongSigner when Service is AuthorityService.Crl or AuthorityService.Ocsp or AuthorityService.Tsa => null,
        AuthorityFault.WrongNonce or AuthorityFault.NoNonce when Service is AuthorityService.Ocsp or AuthorityService.Tsa => null,
        AuthorityFault.Unknown when Service is AuthorityService.Ocsp => null,
        AuthorityFault.WrongImprint or AuthorityFault.WrongPolicy or AuthorityFault.Rejection or AuthorityFault.Waiting when Service is AuthorityService.Tsa => null,
        _ => $"{Service} has no fault {Fault}.",
    } ?? (Count is < 1 ? "The count is 1 or more, or null." : DelayMilliseconds is < 0 or > 600_000 ? "The delay is 0 to 600000 ms." : null);
}

/// <summary>The script of faults, and how often each service was asked; thread-safe.</summary>
internal sealed class AuthorityFaults
{
    private readonly Lock _lock = new();
    private readonly List<ScriptedAuthorityFault> _script = [];
    private readonly Dictionary<AuthorityService, int> _requests = Enum.GetValues<AuthorityService>().ToDictionary(service => service, _ => 0);

    /// <summary>Requests until now, those that went wrong included.</summary>
    public IReadOnlyDictionary<AuthorityService, int> Requests
    {
        get
        {
            lock (_lock) return new Dictionary<AuthorityService, int>(_requests);
        }
    }

    /// <exception cref="ArgumentException">The service has no such fault, or a number is out of bounds.</exception>
    public void Add(ScriptedAuthorityFault fault)
    {
        if (fault.Objection is { } objection) throw new ArgumentException(objection, nameof(fault));
        lock (_lock) _script.Add(fault);
    }

    public void Clear()
    {
        lock (_lock) _script.Clear();
    }

    /// <summary>Counts a request; gives its fault, taken off the script, or null when it is to succeed.</summary>
    public ScriptedAuthorityFault? Next(AuthorityService service)
    {
        lock (_lock)
        {
            _requests[service]++;
            var at = _script.FindIndex(fault => fault.Service == service);
            if (at < 0) return null;
            var fault = _script[at];
            if (fault.Count is 1) _script.RemoveAt(at);
            else if (fault.Count is { } count) _script[at] = fault with { Count = count - 1 };
            return fault;
        }
    }
}
