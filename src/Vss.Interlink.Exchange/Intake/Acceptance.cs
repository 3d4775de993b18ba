namespace Vss.Interlink.Exchange.Intake;

/// <summary>The answer to a sender: the hub owns the message now.</summary>
/// <param name="ExchangeId">Under which it can be asked for.</param>
/// <param name="AcceptedAt">When it was accepted for the first time.</param>
/// <param name="Receipt">Signed XML, the same octets for every repeat.</param>
/// <param name="Repeated">Whether this very content was accepted before.</param>
/// <param name="Digest">Of the content, by algorithm <see cref="Translation.DossierDigest.Algorithm"/>.</param>
public sealed record Acceptance(ExchangeId ExchangeId, DateTimeOffset AcceptedAt, byte[] Receipt, bool Repeated, ContentDigest Digest);
