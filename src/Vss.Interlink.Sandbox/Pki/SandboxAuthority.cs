using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Pkcs;
using BigInteger = Org.BouncyCastle.Math.BigInteger;
using X509Name = Org.BouncyCastle.Asn1.X509.X509Name;

namespace Vss.Interlink.Sandbox.Pki;

/// <summary>
/// Plays a certification and time-stamping authority over HTTP on loopback, made anew at each start and kept in memory: a root, an issuing authority, a delegated OCSP responder,
/// a time stamper. All that it signs is BouncyCastle's work, so that those who judge it are a second implementation. It serves <c>/ca/NAME.cer</c>, <c>/ca/NAME.crl</c>,
/// <c>/ca/NAME-delta.crl</c>, <c>/ocsp</c> and <c>/tsa</c>; under <c>/sandbox</c> a test or a script pushes its buttons (<see cref="AuthorityControl"/>).
/// </summary>
public sealed class SandboxAuthority : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly AuthorityOptions _options;
    private readonly AuthorityFaults _faults = new();
    private readonly Hierarchy _hierarchy;
    private readonly Dictionary<string, ListPublisher> _lists;

    private SandboxAuthority(WebApplication app, AuthorityOptions options)
    {
        (_app, _options) = (app, options);
        foreach (var fault in options.Faults) _faults.Add(fault);
        Address = new Uri(app.Urls.Single() + "/");
        _hierarchy = new Hierarchy(options, Address);
        var stranger = new Lazy<Hierarchy>(() => new Hierarchy(options, Address));   // the same names, other keys
        _lists = new(StringComparer.Ordinal)
        {
            [_hierarchy.Root.Name] = new ListPublisher(_hierarchy.Root, null, options),
            [_hierarchy.Issuing.Name] = new ListPublisher(_hierarchy.Issuing, _hierarchy.ListIssuer, options),
        };
        Pages = new AuthorityPages(_hierarchy, () => stranger.Value, _lists, _faults, options);
        Root = X509CertificateLoader.LoadCertificate(_hierarchy.Root.Self.Certificate.GetEncoded());
        Issuing = X509CertificateLoader.LoadCertificate(_hierarchy.Issuing.Self.Certificate.GetEncoded());
        Responder = X509CertificateLoader.LoadCertificate(_hierarchy.Responder.Certificate.GetEncoded());
        TimeStamper = X509CertificateLoader.LoadCertificate(_hierarchy.Stamper.Certificate.GetEncoded());
        ListIssuer = X509CertificateLoader.LoadCertificate(_hierarchy.ListIssuer.Certificate.GetEncoded());
    }

    /// <summary>Where it listens, with a slash at the end.</summary>
    public Uri Address { get; }

    /// <summary>RFC 6960 appendix A: POST, or GET with the request behind it.</summary>
    public Uri OcspAddress => new(Address, "ocsp");

    /// <summary>RFC 3161 section 3.4.</summary>
    public Uri TimeStampAddress => new(Address, "tsa");

    /// <summary>The anchor.</summary>
    public X509Certificate2 Root { get; }

    /// <summary>Issues to subscribers, to the responder and to the time stamper.</summary>
    public X509Certificate2 Issuing { get; }

    public X509Certificate2 Responder { get; }

    public X509Certificate2 TimeStamper { get; }

    /// <summary>Signs the indirect list.</summary>
    public X509Certificate2 ListIssuer { get; }

    /// <summary>How often each service was asked, requests that went wrong included.</summary>
    public IReadOnlyDictionary<AuthorityService, int> Requests => _faults.Requests;

    internal AuthorityPages Pages { get; }

    /// <summary>Makes the authority and starts listening.</summary>
    /// <exception cref="ArgumentException">A fault of the options cannot be played.</exception>
    public static async Task<SandboxAuthority> StartAsync(AuthorityOptions? options = null, CancellationToken cancellation = default)
    {
        options ??= new AuthorityOptions();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, options.Port);
            kestrel.Limits.MaxRequestBodySize = AuthorityPages.MaxRequest;
            kestrel.Limits.MaxRequestLineSize = AuthorityPages.MaxRequest;
        });
        builder.Services.ConfigureHttpJsonOptions(json => json.SerializerOptions.RespectNullableAnnotations = true);
        var app = builder.Build();

        // Certificates name the address that they are served at, which is known when the server listens: who comes before that waits.
        var made = new TaskCompletionSource<SandboxAuthority>(TaskCreationOptions.RunContinuationsAsynchronously);
        AuthorityPages.Map(app, made.Task);
        AuthorityControl.Map(app, made.Task);
        try
        {
            await app.StartAsync(cancellation);
            made.SetResult(new SandboxAuthority(app, options));
            return await made.Task;
        }
        catch
        {
            made.TrySetCanceled(CancellationToken.None);
            await app.DisposeAsync();
            throw;
        }
    }

    /// <summary>Issues a certificate below <see cref="Issuing"/>.</summary>
    /// <returns>The certificate with its private key.</returns>
    /// <exception cref="ArgumentException">The order cannot be carried out; the message says why.</exception>
    public X509Certificate2 Issue(CertificateOrder order)
    {
        var (publicKey, _, pkcs8) = Keyed.NewKey(order.Key);
        using var certificate = Issue(order, Subject(order.Subject), publicKey);
        using AsymmetricAlgorithm key = order.Key is AuthorityKey.Rsa2048 ? RSA.Create() : ECDsa.Create();
        key.ImportPkcs8PrivateKey(pkcs8, out _);
        return key is RSA rsa ? certificate.CopyWithPrivateKey(rsa) : certificate.CopyWithPrivateKey((ECDsa)key);
    }

    /// <summary>Issues a certificate of the subject and key of a PKCS#10 request; the extensions that it asks for are not looked at.</summary>
    /// <param name="pkcs10">The request, DER.</param>
    /// <param name="order">What the certificate is to say; its subject and key are the request's.</param>
    /// <exception cref="ArgumentException">It is no request, its signature is not by its key, or the key is none of <see cref="AuthorityKey"/>.</exception>
    public X509Certificate2 Issue(byte[] pkcs10, CertificateOrder? order = null)
    {
        var (subject, key) = Read(pkcs10) ?? throw new ArgumentException("This is no certification request (RFC 2986) that its own key signed.", nameof(pkcs10));
        if (key is not (RsaKeyParameters { Modulus.BitLength: >= 2048 } or ECPublicKeyParameters { Parameters.Curve.FieldSize: 256 }))
            throw new ArgumentException("The key is neither RSA of 2048 bits or more nor on P-256.", nameof(pkcs10));
        return Issue(order ?? new CertificateOrder(""), subject, key);
    }

    /// <summary>
    /// Revokes a certificate of either authority, holds it, or releases it from hold (<see cref="X509RevocationReason.RemoveFromCrl"/>). The responder says so from now on, lists
    /// when the next are published.
    /// </summary>
    /// <param name="serialNumber">Hexadecimal.</param>
    /// <param name="reason">CRLReason.</param>
    /// <param name="at">Since when; null for now.</param>
    /// <exception cref="ArgumentException">It cannot be; the message says why.</exception>
    public void Revoke(string serialNumber, X509RevocationReason reason = X509RevocationReason.KeyCompromise, DateTimeOffset? at = null)
    {
        if (!Enum.IsDefined(reason)) throw new ArgumentException("There is no such reason.", nameof(reason));
        if (serialNumber.Length is 0 or > 64 || !serialNumber.All(char.IsAsciiHexDigit)) throw new ArgumentException("The serial number is not hexadecimal.", nameof(serialNumber));
        var revocation = new RevokedSerial(new BigInteger(serialNumber, 16), at ?? _options.Clock.GetUtcNow(), reason);
        var authority = _hierarchy.Root.Register.Find(revocation.Serial).IsIssued ? _hierarchy.Root : _hierarchy.Issuing;
        if (authority.Register.Revoke(revocation) is { } objection) throw new ArgumentException($"{objection}: {serialNumber}", nameof(serialNumber));
    }

    /// <inheritdoc cref="Revoke(string, X509RevocationReason, DateTimeOffset?)"/>
    public void Revoke(X509Certificate2 certificate, X509RevocationReason reason = X509RevocationReason.KeyCompromise, DateTimeOffset? at = null) => Revoke(certificate.SerialNumber, reason, at);

    /// <summary>Publishes every list anew, of both authorities.</summary>
    public void Publish()
    {
        foreach (var lists in _lists.Values) lists.Publish();
    }

    /// <summary>Publishes what changed since the last complete lists.</summary>
    public void PublishDelta()
    {
        foreach (var lists in _lists.Values) lists.PublishDelta();
    }

    /// <summary>Serves lists that have ended until <see cref="Publish"/>.</summary>
    public void ExpireLists()
    {
        foreach (var lists in _lists.Values) lists.Expire();
    }

    /// <summary>Makes requests go wrong.</summary>
    /// <exception cref="ArgumentException">The service has no such fault, or a number is out of bounds.</exception>
    public void Script(ScriptedAuthorityFault fault) => _faults.Add(fault);

    /// <summary>Takes every fault off the script.</summary>
    public void ClearFaults() => _faults.Clear();

    public async ValueTask DisposeAsync()
    {
        // An answer that is slow on purpose must not hold the shutdown up.
        using var now = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }

    private X509Certificate2 Issue(CertificateOrder order, X509Name subject, AsymmetricKeyParameter key)
    {
        var now = _options.Clock.GetUtcNow();
        var (from, to) = (order.NotBefore ?? now.AddHours(-1), order.NotAfter ?? now.AddYears(1));
        if (to <= from) throw new ArgumentException("The certificate would end before it begins.", nameof(order));
        try
        {
            return X509CertificateLoader.LoadCertificate(_hierarchy.Issuing.Issue(subject, key, from, to, order.Extensions(), order.Lists).GetEncoded());
        }
        catch (FormatException unfit)
        {
            throw new ArgumentException("An extended key usage is no object identifier.", nameof(order), unfit);
        }
    }

    private static (X509Name Subject, AsymmetricKeyParameter Key)? Read(byte[] pkcs10)
    {
        if (!DerOctets.AreOneValue(pkcs10)) return null;
        try
        {
            var request = new Pkcs10CertificationRequest(pkcs10);
            return request.Verify() ? (request.GetCertificationRequestInfo().Subject, request.GetPublicKey()) : null;
        }
        catch (Exception)
        {
            return null;   // BouncyCastle throws whatever the octets lead it to
        }
    }

    private static X509Name Subject(string subject)
    {
        try
        {
            return Hierarchy.NameOf(subject);
        }
        catch (CryptographicException unfit)
        {
            throw new ArgumentException($"'{subject}' is no distinguished name.", nameof(subject), unfit);
        }
    }
}
