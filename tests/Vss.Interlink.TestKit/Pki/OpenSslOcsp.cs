using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;

namespace Vss.Interlink.TestKit.Pki;

/// <summary>What an OCSP server knows of a certificate.</summary>
/// <param name="Certificate">The certificate.</param>
/// <param name="RevokedAt">Since when it is revoked, in whole seconds; null for not.</param>
/// <param name="Reason">As openssl names it.</param>
public sealed record OcspIndexLine(X509Certificate2 Certificate, DateTimeOffset? RevokedAt = null, string Reason = "keyCompromise");

/// <summary><c>openssl ocsp</c> as a server on a free port, from its start to <see cref="Dispose"/>. It answers with the machine's time, and on every interface, for openssl offers no choice.</summary>
public sealed partial class OpenSslOcsp : IDisposable
{
    private readonly OpenSsl _openssl = new();
    private readonly Process _server;
    private readonly X509Certificate2 _authority;

    /// <param name="authority">Whose certificates it knows.</param>
    /// <param name="responder">Who signs: the authority itself or whom it named.</param>
    /// <param name="index">What it knows; of others it says that they are unknown.</param>
    /// <param name="options">More of <c>openssl ocsp</c>, e.g. <c>-resp_key_id</c>.</param>
    public OpenSslOcsp(Holder authority, Holder responder, IEnumerable<OcspIndexLine> index, params string[] options)
    {
        _authority = authority.Certificate;
        _server = _openssl.Start(
        [
            "ocsp", "-port", "0", "-nmin", "60", "-index", _openssl.Write("index.txt", string.Concat(index.Select(Line))),
            "-CA", _openssl.Write("authority.pem", authority.Certificate.ExportCertificatePem()),
            "-rsigner", _openssl.Write("responder.pem", responder.Certificate.ExportCertificatePem()),
            "-rkey", _openssl.Write("responder.key", responder.Key.ExportPkcs8PrivateKeyPem()),
            .. options,
        ]);
        _server.ErrorDataReceived += static (_, _) => { };   // so that its log never fills the pipe
        _server.BeginErrorReadLine();
        var line = _server.StandardOutput.ReadLine();
        var accept = Port().Match(line ?? "");
        if (!accept.Success)
        {
            Dispose();
            throw new InvalidOperationException($"openssl ocsp does not listen: {line}");
        }

        Address = new Uri($"http://127.0.0.1:{accept.Groups[1].Value}/");
    }

    public Uri Address { get; }

    /// <summary>An OCSP request about a certificate of the authority, DER.</summary>
    /// <param name="certificate">The certificate.</param>
    /// <param name="options">More of <c>openssl ocsp</c>, before the certificate: e.g. <c>-no_nonce</c>, <c>-sha256</c>.</param>
    public byte[] Request(X509Certificate2 certificate, params string[] options)
    {
        var about = _openssl.Write("about.pem", certificate.ExportCertificatePem());
        var (code, output) = _openssl.Run(["ocsp", .. options, "-issuer", _openssl.Write("issuer.pem", _authority.ExportCertificatePem()), "-cert", about, "-reqout", _openssl["request"]]);
        return code == 0 ? File.ReadAllBytes(_openssl["request"]) : throw new InvalidOperationException(output);
    }

    public void Dispose()
    {
        if (!_server.HasExited) _server.Kill();
        _server.WaitForExit();
        _server.Dispose();
        _openssl.Dispose();
    }

    // State, end, revocation and its reason, serial number, file, subject: the fields of openssl's database, with tabs between.
    private static string Line(OcspIndexLine line)
    {
        var revoked = line.RevokedAt is { } at ? $"{Time(at)},{line.Reason}" : "";
        return $"{(line.RevokedAt is null ? 'V' : 'R')}\t{Time(line.Certificate.NotAfter)}\t{revoked}\t{line.Certificate.SerialNumber}\tunknown\t/CN={line.Certificate.SerialNumber}\n";
    }

    private static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyMMddHHmmss'Z'", CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^ACCEPT .*:(\d+) PID=")]
    private static partial Regex Port();
}
