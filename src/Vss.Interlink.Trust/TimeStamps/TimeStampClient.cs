using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;

namespace Vss.Interlink.Trust.TimeStamps;

/// <summary>
/// Asks a time-stamping authority over HTTP (RFC 3161 sections 2.4 and 3.4). The answer must be for this digest and this request; whether the authority is trusted is
/// judged when the token is.
/// </summary>
public sealed class TimeStampClient(HttpClient http, Uri authority)
{
    private const int MaxAnswer = 1024 * 1024;
    private const int NonceLength = 16;

    /// <returns>The TimeStampToken, DER.</returns>
    /// <exception cref="InvalidDataException">The authority refused, or answered something else than a token for this request.</exception>
    /// <exception cref="HttpRequestException">It could not be reached, or answered an HTTP error.</exception>
    public async ValueTask<byte[]> StampAsync(ReadOnlyMemory<byte> imprint, HashAlgorithmName hash, CancellationToken cancellation)
    {
        var query = Rfc3161TimestampRequest.CreateFromHash(imprint, hash, nonce: RandomNumberGenerator.GetBytes(NonceLength), requestSignerCertificates: true);
        using var content = new ByteArrayContent(query.Encode()) { Headers = { ContentType = new MediaTypeHeaderValue("application/timestamp-query") } };
        using var answer = await http.PostAsync(authority, content, cancellation);
        answer.EnsureSuccessStatusCode();
        await answer.Content.LoadIntoBufferAsync(MaxAnswer, cancellation);
        try
        {
            return query.ProcessResponse(await answer.Content.ReadAsByteArrayAsync(cancellation), out _).AsSignedCms().Encode();
        }
        catch (CryptographicException refused)
        {
            throw new InvalidDataException($"The time-stamping authority gave no token for this request: {refused.Message}", refused);
        }
    }
}
