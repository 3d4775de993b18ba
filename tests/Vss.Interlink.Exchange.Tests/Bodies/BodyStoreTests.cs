using System.Security.Cryptography;
using Vss.Interlink.Exchange.Bodies;
using Vss.Interlink.Exchange.Faults;
using Vss.Interlink.V1;

namespace Vss.Interlink.Exchange.Tests.Bodies;

public sealed class BodyStoreTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(65_536)]
    [InlineData(1_000_003)]
    public async Task What_was_stored_reads_back_under_its_SHA256(int size)
    {
        var store = new BodyStore(_folder.Path, 10_000_000);
        var content = Content(size);

        var body = await store.StoreAsync(new MemoryStream(content), CancellationToken.None);

        Assert.Equal(size, body.Size);
        Assert.Equal(SHA256.HashData(content), body.Digest.ToArray());
        Assert.Equal(content, await ReadAsync(store, body.Digest));
    }

    [Fact]
    public async Task The_same_content_is_kept_once()
    {
        var store = new BodyStore(_folder.Path, 1000);
        var bodies = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => store.StoreAsync(new MemoryStream(Content(100)), CancellationToken.None)));

        Assert.Single(bodies.Distinct());
        Assert.Single(Files());
    }

    [Fact]
    public async Task A_body_over_the_limit_is_refused_while_it_comes_and_leaves_nothing()
    {
        var store = new BodyStore(_folder.Path, 1000);

        var refused = await Assert.ThrowsAsync<ExchangeFault>(() => store.StoreAsync(new EndlessStream(), CancellationToken.None));

        Assert.Equal(Fault.LimitExceeded, refused.Fault);
        Assert.Empty(Files());
    }

    [Fact]
    public async Task A_damaged_body_fails_while_it_is_read()
    {
        var store = new BodyStore(_folder.Path, 1000);
        var body = await store.StoreAsync(new MemoryStream(Content(100)), CancellationToken.None);
        var file = Assert.Single(Files());
        var octets = await File.ReadAllBytesAsync(file);
        octets[50] ^= 1;
        await File.WriteAllBytesAsync(file, octets);

        await Assert.ThrowsAsync<InvalidDataException>(() => ReadAsync(store, body.Digest));
    }

    [Fact]
    public async Task A_body_cut_short_fails_while_it_is_read_and_is_mended_when_it_comes_again()
    {
        var store = new BodyStore(_folder.Path, 1000);
        var body = await store.StoreAsync(new MemoryStream(Content(100)), CancellationToken.None);
        await using (var file = File.OpenWrite(Assert.Single(Files()))) file.SetLength(10);
        await Assert.ThrowsAsync<InvalidDataException>(() => ReadAsync(store, body.Digest));

        await store.StoreAsync(new MemoryStream(Content(100)), CancellationToken.None);

        Assert.Equal(Content(100), await ReadAsync(store, body.Digest));
    }

    [Fact]
    public void A_body_that_is_not_there_is_named() =>
        Assert.Contains("not in the store", Assert.Throws<InvalidDataException>(() => new BodyStore(_folder.Path, 1).OpenRead(ContentDigest.Stored(new byte[32]))).Message, StringComparison.Ordinal);

    [Fact]
    public async Task A_start_removes_what_a_dead_writer_left_and_nothing_of_a_living_one()
    {
        var store = new BodyStore(_folder.Path, 1000);
        await File.WriteAllTextAsync(Path.Combine(_folder.Path, "incoming", "left"), "by a crash");
        await using var living = store.Begin();
        await living.WriteAsync(Content(10));

        _ = new BodyStore(_folder.Path, 1000);

        Assert.Single(Files());
        var body = await living.CommitAsync(CancellationToken.None);
        Assert.Equal(Content(10), await ReadAsync(store, body.Digest));
    }

    [Fact]
    public async Task Memory_does_not_grow_with_the_body()
    {
        var store = new BodyStore(_folder.Path, 1L << 30);
        await store.StoreAsync(new EndlessStream(2 << 20), CancellationToken.None);
        var before = GC.GetTotalAllocatedBytes(precise: true);

        await store.StoreAsync(new EndlessStream(64 << 20), CancellationToken.None);

        Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - before, 0, 8 << 20);
    }

    private static byte[] Content(int size)
    {
        var content = new byte[size];
        new Random(size).NextBytes(content);
        return content;
    }

    private static async Task<byte[]> ReadAsync(BodyStore store, ContentDigest digest)
    {
        await using var stream = store.OpenRead(digest);
        using var content = new MemoryStream();
        await stream.CopyToAsync(content);
        return content.ToArray();
    }

    private string[] Files() => Directory.GetFiles(_folder.Path, "*", SearchOption.AllDirectories);

    private sealed class EndlessStream(long length = long.MaxValue) : Stream
    {
        private long _left = length;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            var read = (int)Math.Min(count, _left);
            _left -= read;
            return read;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
