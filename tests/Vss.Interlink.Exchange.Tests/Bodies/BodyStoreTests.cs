using System.Security.Cryptography;
using Vss.Interlink.Exchange.Bodies;
using Vss.Interlink.Exchange.Faults;
using Vss.Interlink.TestKit;
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
        var store = new BodyStore(_folder.Path, 10_000_000, TestBodyKeys.One, TimeProvider.System);
        var content = Content(size);

        var body = await store.StoreAsync(new MemoryStream(content), CancellationToken.None);

        Assert.Equal(size, body.Size);
        Assert.Equal(SHA256.HashData(content), body.Digest.ToArray());
        Assert.Equal(content, await ReadAsync(store, body.Digest));
    }

    [Fact]
    public async Task The_same_content_is_kept_once()
    {
        var store = new BodyStore(_folder.Path, 1000, TestBodyKeys.One, TimeProvider.System);
        var bodies = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => store.StoreAsync(new MemoryStream(Content(100)), CancellationToken.None)));

        Assert.Single(bodies.Distinct());
        Assert.Single(Files());
    }

    [Fact]
    public async Task A_body_over_the_limit_is_refused_while_it_comes_and_leaves_nothing()
    {
        var store = new BodyStore(_folder.Path, 1000, TestBodyKeys.One, TimeProvider.System);

        var refused = await Assert.ThrowsAsync<ExchangeFault>(() => store.StoreAsync(new EndlessStream(), CancellationToken.None));

        Assert.Equal(Fault.LimitExceeded, refused.Fault);
        Assert.Empty(Files());
    }

    [Fact]
    public async Task A_damaged_body_fails_while_it_is_read()
    {
        var store = new BodyStore(_folder.Path, 1000, TestBodyKeys.One, TimeProvider.System);
        var body = await store.StoreAsync(new MemoryStream(Content(100)), CancellationToken.None);
        var file = Assert.Single(Files());
        var octets = await File.ReadAllBytesAsync(file);
        octets[^50] ^= 1;
        await File.WriteAllBytesAsync(file, octets);

        var fault = await Assert.ThrowsAsync<ExchangeFault>(() => ReadAsync(store, body.Digest));
        Assert.Equal((Fault.BodyUnreadable, "body.segment"), (fault.Fault, fault.Rule));
    }

    [Fact]
    public async Task A_damaged_body_is_mended_when_it_comes_again()
    {
        var store = new BodyStore(_folder.Path, 1000, TestBodyKeys.One, TimeProvider.System);
        var body = await store.StoreAsync(new MemoryStream(Content(100)), CancellationToken.None);
        await using (var file = File.OpenWrite(Assert.Single(Files()))) file.WriteByte((byte)'X');
        await Assert.ThrowsAsync<ExchangeFault>(() => ReadAsync(store, body.Digest));

        await store.StoreAsync(new MemoryStream(Content(100)), CancellationToken.None);

        Assert.Equal(Content(100), await ReadAsync(store, body.Digest));
    }

    [Fact]
    public void A_body_that_is_not_there_is_named()
    {
        var fault = Assert.Throws<ExchangeFault>(() => new BodyStore(_folder.Path, 1, TestBodyKeys.One, TimeProvider.System).OpenRead(ContentDigest.Stored(new byte[32])));
        Assert.Equal((Fault.BodyUnreadable, "body.present"), (fault.Fault, fault.Rule));
        Assert.Contains(new string('0', 64), fault.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_start_removes_what_a_dead_writer_left_and_nothing_of_a_living_one()
    {
        var clock = new ManualClock(DateTimeOffset.UtcNow);
        var store = new BodyStore(_folder.Path, 1000, TestBodyKeys.One, clock);
        await File.WriteAllTextAsync(Path.Combine(_folder.Path, "incoming", "left"), "by a crash");
        await using var living = store.Begin();
        await living.WriteAsync(Content(10));
        clock.Advance(TimeSpan.FromMinutes(11));

        _ = new BodyStore(_folder.Path, 1000, TestBodyKeys.One, clock);

        Assert.Single(Files());
        var body = await living.CommitAsync(CancellationToken.None);
        Assert.Equal(Content(10), await ReadAsync(store, body.Digest));
    }

    [Fact]
    public async Task A_start_takes_no_file_from_a_node_that_is_just_giving_it_its_name()
    {
        var closed = Path.Combine(_folder.Path, "incoming", "closed");   // a writer has flushed it, and renames it next
        _ = new BodyStore(_folder.Path, 1000, TestBodyKeys.One, TimeProvider.System);
        await File.WriteAllBytesAsync(closed, Content(10));

        _ = new BodyStore(_folder.Path, 1000, TestBodyKeys.One, TimeProvider.System);

        Assert.True(File.Exists(closed));
    }

    [Fact]
    public async Task A_body_of_which_a_write_failed_cannot_be_committed()
    {
        var store = new BodyStore(_folder.Path, 1_000_000, TestBodyKeys.One, TimeProvider.System);
        await using var writer = store.Begin();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await writer.WriteAsync(Content(100_000), new CancellationToken(canceled: true)));

        await Assert.ThrowsAsync<InvalidOperationException>(async () => await writer.WriteAsync(Content(1)));
        await Assert.ThrowsAsync<InvalidOperationException>(() => writer.CommitAsync(CancellationToken.None));
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

    private string[] Files() => [.. Directory.EnumerateFiles(_folder.Path, "*", SearchOption.AllDirectories).Where(file => Path.GetFileName(file) != "leaving.lock")];
}
