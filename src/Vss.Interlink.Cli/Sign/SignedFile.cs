using Vss.Interlink.Trust.Keys;
using Vss.Interlink.Trust.TimeStamps;
using Vss.Interlink.XmlSecurity;
using Vss.Interlink.XmlSecurity.Signing;

namespace Vss.Interlink.Cli.Sign;

/// <summary>Signs a file and writes the result whole or not at all.</summary>
internal static class SignedFile
{
    // Authorities were seen to take two minutes.
    private static readonly TimeSpan AuthorityPatience = TimeSpan.FromMinutes(3);

    /// <summary>Null when it was written; otherwise why the file cannot be signed.</summary>
    /// <exception cref="UsageException">The key cannot be used, or the output not written.</exception>
    public static async Task<string?> WriteAsync(SignRequest request, TimeProvider clock, CancellationToken cancellation)
    {
        using var key = OpenKey(request);
        using var http = new HttpClient { Timeout = AuthorityPatience };
        var aside = request.Output + ".part";
        try
        {
            using var input = SpooledInput.Open(request.File);
            SigningRefusal? refusal;
            await using (var output = new FileStream(aside, FileMode.Create, FileAccess.Write, FileShare.None))
            {
                refusal = await SignAsync(request, input, Options(request, key, http, clock), key, output, cancellation);
            }

            if (refusal is null) File.Move(aside, request.Output, overwrite: true);
            return refusal is null ? null : $"{refusal.Detail}{(refusal.At.Length == 0 ? "" : $" (at {refusal.At})")}";
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException or NotSupportedException or HttpRequestException or InvalidDataException or TaskCanceledException)
        {
            return failed.Message;
        }
        finally
        {
            File.Delete(aside);
        }
    }

    private static ValueTask<SigningRefusal?> SignAsync(SignRequest request, SpooledInput input, SignatureOptions options, SigningKey key, Stream output, CancellationToken cancellation)
    {
        var content = OctetSource.Of(input.Read());
        var limits = XmlLimits.OwnFiles;
        DigestSigner sign = async (digest, _, end) => await key.SignAsync(digest, options.Algorithm, end);
        return request.Profile switch
        {
            SignProfile.Enveloped => XmlSigner.SignAsync(
                content, SignaturePlace.InRoot, [request.Id is { } id ? new SignatureReference.Element(id) : new SignatureReference.WholeDocument()], options, limits, sign, output, cancellation),
            SignProfile.Enveloping => XmlSigner.SignAloneAsync([new SignatureReference.XmlObject(content)], options, limits, sign, output, cancellation),
            _ => XmlSigner.SignAloneAsync([new SignatureReference.External(Uri.EscapeDataString(Path.GetFileName(request.File)), input.Read())], options, limits, sign, output, cancellation),
        };
    }

    private static SignatureOptions Options(SignRequest request, SigningKey key, HttpClient http, TimeProvider clock)
    {
        using var ecdsa = System.Security.Cryptography.X509Certificates.ECDsaCertificateExtensions.GetECDsaPublicKey(key.Certificate);
        return new SignatureOptions
        {
            Certificate = new SigningCertificate(key.Certificate.RawDataMemory, [.. key.Intermediates.Select(intermediate => intermediate.RawDataMemory)]),
            Algorithm = ecdsa?.KeySize switch
            {
                null => SignatureAlgorithm.RsaSha256,
                256 => SignatureAlgorithm.EcdsaSha256,
                384 => SignatureAlgorithm.EcdsaSha384,
                _ => SignatureAlgorithm.EcdsaSha512,
            },
            Xades = new XadesProperties { SigningTime = clock.GetUtcNow(), Extension = Extension(request, http) },
        };
    }

    private static XadesExtension? Extension(SignRequest request, HttpClient http)
    {
        if (request.Level == SignLevel.B) return null;
        TimeStampSource stamp = new TimeStampClient(http, request.Authority!).StampAsync;
        ValidationDataSource data = (_, _) => ValueTask.FromResult(new ValidationData(
            [.. request.Certificates.Select(certificate => certificate.RawDataMemory)], [.. request.Lists.Select(list => list.Der)], []));
        return request.Level switch
        {
            SignLevel.T => XadesExtension.ToT(stamp),
            SignLevel.LT => XadesExtension.ToLT(stamp, data),
            _ => XadesExtension.ToLTA(stamp, data),
        };
    }

    private static SigningKey OpenKey(SignRequest request)
    {
        // A plain path is taken for a file: URI; it has no other meaning.
        var uri = Uri.TryCreate(request.Key, UriKind.Absolute, out var absolute) ? absolute : new Uri(Path.GetFullPath(request.Key));
        try
        {
            return KeyUri.Open(uri, request.Certificates);
        }
        catch (Exception unusable) when (unusable is IOException or UnauthorizedAccessException or InvalidDataException or NotSupportedException or System.Security.Cryptography.CryptographicException)
        {
            throw new UsageException($"--key: {unusable.Message}", unusable);
        }
    }
}
