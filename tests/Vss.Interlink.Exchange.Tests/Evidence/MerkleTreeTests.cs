using System.Security.Cryptography;
using Vss.Interlink.Exchange.Evidence;

namespace Vss.Interlink.Exchange.Tests.Evidence;

/// <summary>RFC 6962 section 2.1.</summary>
public sealed class MerkleTreeTests
{
    // Leaf n is the SHA-256 of the octet n; roots by another program.
    [Theory]
    [InlineData(1, "9d1843c1a24a654a39ff3448714bc9fe69da0170fa390b1ac67047377ba72f0e")]
    [InlineData(2, "00c30d52856f3a163b8c3f1f55d6e1bebfb7a73a231e10df0de72daf32213338")]
    [InlineData(3, "15681b71a5a1895616f06c60725050e8d9cd13a6ebbbd6ff8ca1a936bb504350")]
    [InlineData(5, "166ae462751e3f70fb0bf97eb24a36b8094060a1fa5170efaf3e5c148fa8d3fd")]
    public void The_root_is_the_one_of_the_standard(int size, string root) => Assert.Equal(root, Convert.ToHexStringLower(MerkleTree.Root(Leaves(size))));

    [Fact]
    public void Every_leaf_of_every_tree_is_led_to_the_root_by_its_path_and_by_no_other()
    {
        for (var size = 1; size <= 35; size++)
        {
            var leaves = Leaves(size);
            var root = MerkleTree.Root(leaves);
            for (var index = 0; index < size; index++)
            {
                var (leaf, path) = (leaves[(index * 32)..][..32], MerkleTree.Path(leaves, index));
                Assert.Equal(root, MerkleTree.RootOf(leaf, index, size, path));
                Assert.NotEqual(root, MerkleTree.RootOf(SHA256.HashData(leaf), index, size, path));
                Assert.Null(MerkleTree.RootOf(leaf, index, size, [.. path, root]));
                if (size == 1) continue;
                Assert.Null(MerkleTree.RootOf(leaf, index, size, [.. path.SkipLast(1)]));
                Assert.NotEqual(root, MerkleTree.RootOf(leaf, (index + 1) % size, size, path));
            }
        }
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(3)]
    public void There_is_no_leaf_outside_the_tree(int index)
    {
        Assert.Null(MerkleTree.RootOf(Leaves(1), index, 3, []));
        Assert.Throws<ArgumentOutOfRangeException>(() => MerkleTree.Path(Leaves(3), index));
    }

    [Fact]
    public void A_tree_has_whole_leaves()
    {
        Assert.Throws<ArgumentException>(() => MerkleTree.Root([]));
        Assert.Throws<ArgumentException>(() => MerkleTree.Root(new byte[33]));
    }

    private static byte[] Leaves(int size) => [.. Enumerable.Range(1, size).SelectMany(number => SHA256.HashData([(byte)number]))];
}
