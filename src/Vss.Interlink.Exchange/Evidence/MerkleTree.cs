using System.Security.Cryptography;

namespace Vss.Interlink.Exchange.Evidence;

/// <summary>
/// Merkle trees by RFC 6962 section 2.1, with SHA-256. A leaf's data is the SHA-256 of a signed document, 32 octets; leaves come one after the other in one run of octets.
/// </summary>
internal static class MerkleTree
{
    /// <summary>Octets of a leaf's data and of every node.</summary>
    public const int Length = SHA256.HashSizeInBytes;

    private const byte LeafPrefix = 0;
    private const byte NodePrefix = 1;

    /// <summary>The root over the leaves.</summary>
    /// <exception cref="ArgumentException">There is no leaf, or part of one.</exception>
    public static byte[] Root(ReadOnlySpan<byte> leaves)
    {
        if (leaves.IsEmpty || leaves.Length % Length != 0) throw new ArgumentException("Leaves are at least one, of 32 octets each.", nameof(leaves));
        if (leaves.Length == Length) return Leaf(leaves);
        var left = LeftOctets(leaves.Length);
        return Node(Root(leaves[..left]), Root(leaves[left..]));
    }

    /// <summary>What shows that a leaf is under the root: an audit path, section 2.1.1, from the leaf upwards.</summary>
    public static IReadOnlyList<byte[]> Path(ReadOnlySpan<byte> leaves, int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, leaves.Length / Length);
        List<byte[]> path = [];
        Climb(leaves, index, path);
        return path;
    }

    /// <summary>The root that a leaf and its path lead to; null when the path is none of a tree of this size (RFC 9162 section 2.1.3.2).</summary>
    public static byte[]? RootOf(ReadOnlySpan<byte> leaf, int index, int size, IReadOnlyList<byte[]> path)
    {
        if (leaf.Length != Length || index < 0 || index >= size) return null;
        var (at, last, node) = (index, size - 1, Leaf(leaf));
        foreach (var sibling in path)
        {
            if (last == 0 || sibling.Length != Length) return null;
            if (at % 2 == 1 || at == last)
            {
                node = Node(sibling, node);
                while (at % 2 == 0 && at > 0) (at, last) = (at >> 1, last >> 1);
            }
            else
            {
                node = Node(node, sibling);
            }

            (at, last) = (at >> 1, last >> 1);
        }

        return last == 0 ? node : null;
    }

    private static void Climb(ReadOnlySpan<byte> leaves, int index, List<byte[]> path)
    {
        if (leaves.Length == Length) return;
        var left = LeftOctets(leaves.Length);
        if (index < left / Length)
        {
            Climb(leaves[..left], index, path);
            path.Add(Root(leaves[left..]));
        }
        else
        {
            Climb(leaves[left..], index - left / Length, path);
            path.Add(Root(leaves[..left]));
        }
    }

    // The largest power of two below the number of leaves goes to the left.
    private static int LeftOctets(int octets) => (1 << System.Numerics.BitOperations.Log2((uint)(octets / Length - 1))) * Length;

    private static byte[] Leaf(ReadOnlySpan<byte> data) => SHA256.HashData([LeafPrefix, .. data]);

    private static byte[] Node(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right) => SHA256.HashData([NodePrefix, .. left, .. right]);
}
