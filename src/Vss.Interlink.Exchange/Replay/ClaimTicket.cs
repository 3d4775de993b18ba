using System.Security.Cryptography;

namespace Vss.Interlink.Exchange.Replay;

/// <summary>What a claim is about: message ids are unique per sender.</summary>
public readonly record struct ClaimKey(OrganId Sender, MessageId MessageId);

/// <summary>One attempt to take one message in.</summary>
/// <param name="Key">The message.</param>
/// <param name="Digest">Its content: the fingerprint.</param>
/// <param name="Owner">The process that takes it in.</param>
/// <param name="Fence">Fencing token: larger with each ticket of the owner. Only the ticket that a claim stands under may end it.</param>
public sealed record ClaimTicket(ClaimKey Key, ContentDigest Digest, string Owner, long Fence);

/// <summary>A process as the owner of claims. Two starts of one node are two owners, so that neither ends what the other began.</summary>
/// <param name="id">Unique among all processes that share a guard.</param>
/// <param name="fence">The last fencing token that was given out.</param>
public sealed class ClaimOwner(string id, long fence = 0)
{
    private long _fence = fence;

    /// <summary>An owner for one start of a node.</summary>
    /// <param name="node">The node's name, for people.</param>
    /// <param name="random">Fills the octets that tell starts apart.</param>
    public static ClaimOwner OfThisStart(string node, Action<Span<byte>> random)
    {
        Span<byte> start = stackalloc byte[8];
        random(start);
        return new ClaimOwner($"{node}/{Convert.ToHexStringLower(start)}");
    }

    /// <summary>The same with the platform's randomness.</summary>
    public static ClaimOwner OfThisStart(string node) => OfThisStart(node, RandomNumberGenerator.Fill);

    public string Id => id;

    public ClaimTicket Ticket(ClaimKey key, ContentDigest digest) => new(key, digest, id, NextFence());

    /// <summary>A name that no other owner and no other call gives.</summary>
    public string Slot() => $"{id}:{NextFence()}";

    private long NextFence() => Interlocked.Increment(ref _fence);
}
