using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;

namespace Vss.Interlink.Trust.TimeStamps;

/// <summary>
/// Asks one time-stamping authority once, over HTTP (RFC 3161 sections 2.4 and 3.4). The answer must be for this digest and this request; whether the authority is trusted is
/// judged when the token is, which <see cref="TimeStampPool"/> does at once.
/// </summary>
/// <param name="http">With a time-out that fits: authorities were seen to take two minutes.</param>
/// <param name="authority">Its address.</param>
/// <param name="policy">The policy that is asked for, an object identifier; null for the authority's own choice.</param>
public sealed class TimeStampClient(HttpClient http, Uri authority, string? policy = null)
{
    private const int MaxAnswer = 1024 * 1024;
    private const int NonceLength = 16;

    /// <returns>The TimeStampToken, DER.</returns>
    /// <exception cref="InvalidDataException">The authority refused, or answered something else than a token for this request.</exception>
    /// <exception cref="HttpRequestException">It could not be reached, or answered an HTTP error.</exception>
    public async ValueTask<byte[]> StampAsync(ReadOnlyMemory<byte> imprint, HashAlgorithmName hash, CancellationToken cancellation) => (await AskAsync(imprint, hash, cancellation)).Token;

    /// <inheritdoc cref="StampAsync"/>
    /// <returns>The token, and what was asked.</returns>
    internal async ValueTask<(byte[] Token, TimeStampQuery Query)> AskAsync(ReadOnlyMemory<byte> imprint, HashAlgorithmName hash, CancellationToken cancellation)
    {
        var asked = policy is null ? null : new Oid(policy);
        var query = Rfc3161TimestampRequest.CreateFromHash(imprint, hash, asked, RandomNumberGenerator.GetBytes(NonceLength), requestSignerCertificates: true);
        using var message = new HttpRequestMessage(HttpMethod.Post, authority);
        message.Content = new ByteArrayContent(query.Encode()) { Headers = { ContentType = new MediaTypeHeaderValue("application/timestamp-query") } };
        using var answer = await http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellation);
        answer.EnsureSuccessStatusCode();
        try
        {
            await answer.Content.LoadIntoBufferAsync(MaxAnswer, cancellation);
            var token = query.ProcessResponse(await answer.Content.ReadAsByteArrayAsync(cancellation), out _).AsSignedCms().Encode();
            return (token, TimeStampQuery.TryRead(query.Encode())!);
        }
        catch (HttpRequestException large) when (large.HttpRequestError == HttpRequestError.ConfigurationLimitExceeded)
        {
            throw new InvalidDataException($"The time-stamping authority's answer is longer than {MaxAnswer} octets, which no token is.", large);
        }
        catch (CryptographicException refused)
        {
            throw new InvalidDataException($"The time-stamping authority gave no token for this request: {refused.Message}", refused);
        }
    }
}
