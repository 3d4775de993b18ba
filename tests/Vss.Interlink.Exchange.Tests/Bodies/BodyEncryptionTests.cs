using System.Buffers.Binary;
using System.Security.Cryptography;
using Vss.Interlink.Exchange.Bodies;
using Vss.Interlink.Exchange.Faults;
using Vss.Interlink.TestKit;
using Vss.Interlink.V1;

namespace Vss.Interlink.Exchange.Tests.Bodies;

/// <summary>What a stranger with the disk in his hands can learn and do: nothing that is not found.</summary>
public sealed class BodyEncryptionTests : IDisposable
{
    private const int Segment = 64 * 1024;
    private const int Tag = 16;
    private const int Header = 512;

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private BodyStore Store(BodyKeys? keys = null) => new(_folder.Path, 10_000_000, keys ?? TestBodyKeys.One, TimeProvider.System);

    [Theory]
    [InlineData(1)]
    [InlineData(Segment - 1)]
    [InlineData(Segment)]
    [InlineData(Segment + 1)]
    [InlineData(3 * Segment)]
    public async Task Nothing_of_the_content_stands_on_the_disk_and_all_of_it_comes_back(int size)
    {
        var store = Store();
        var content = Enumerable.Range(0, size).Select(number => (byte)"Hồ sơ mẫu "u8[number % 15]).ToArray();

        var body = await store.StoreAsync(new MemoryStream(content), CancellationToken.None);

        var file = await File.ReadAllBytesAsync(PathOf(body.Digest));
        Assert.Equal(Header + size + (Tag * (((size - 1) / Segment) + 1)), file.Length);
        if (size > 1) Assert.Equal(-1, file.AsSpan().IndexOf("mẫu "u8));
        Assert.Equal(content, await ReadAsync(store, body.Digest));
    }

    [Fact]
    public async Task The_same_content_is_encrypted_otherwise_each_time()
    {
        var store = Store();
        var body = await store.StoreAsync(new MemoryStream(new byte[1000]), CancellationToken.None);
        var first = await File.ReadAllBytesAsync(PathOf(body.Digest));
        await store.StoreAsync(new MemoryStream(new byte[1000]), CancellationToken.None);
        var second = await File.ReadAllBytesAsync(PathOf(body.Digest));

        Assert.False(first.AsSpan(Header).SequenceEqual(second.AsSpan(Header)));
    }

    [Fact]
    public async Task A_change_of_any_octet_is_found_and_what_was_given_out_before_is_right()
    {
        var store = Store();
        var content = RandomNumberGenerator.GetBytes((2 * Segment) + 100);
        var body = await store.StoreAsync(new MemoryStream(content), CancellationToken.None);
        var path = PathOf(body.Digest);
        var file = await File.ReadAllBytesAsync(path);
        var places = Enumerable.Range(0, Header).Concat(Enumerable.Range(0, 100).Select(step => Header + (step * (file.Length - Header) / 100))).Append(file.Length - 1);
        foreach (var place in places)
        {
            file[place] ^= 0x10;
            await File.WriteAllBytesAsync(path, file);
            file[place] ^= 0x10;

            var (given, fault) = await ReadUntilFaultAsync(store, body.Digest);
            Assert.True(fault?.Fault == Fault.BodyUnreadable, $"octet {place} was changed and nobody found it");
            Assert.True(content.AsSpan().StartsWith(given), $"octet {place} was changed and wrong content was given out");
        }
    }

    [Fact]
    public async Task A_file_that_was_cut_or_lengthened_is_found_also_where_its_header_was_made_to_fit()
    {
        var store = Store();
        var body = await store.StoreAsync(new MemoryStream(RandomNumberGenerator.GetBytes(2 * Segment)), CancellationToken.None);
        var file = await File.ReadAllBytesAsync(PathOf(body.Digest));
        await FoundAsync(store, body.Digest, "body.length", file[..^1]);
        await FoundAsync(store, body.Digest, "body.length", file[..(Header + Segment + Tag)]);   // the last segment is gone
        await FoundAsync(store, body.Digest, "body.length", [.. file, 0]);
        await FoundAsync(store, body.Digest, "body.header", file[..100]);
        await FoundAsync(store, body.Digest, "body.header", []);

        var shorter = file[..(Header + Segment + Tag)];
        BinaryPrimitives.WriteInt64BigEndian(shorter.AsSpan(8), Segment);
        await FoundAsync(store, body.Digest, "body.header", shorter);
    }

    [Fact]
    public async Task Segments_that_changed_places_are_found_within_a_body_and_between_bodies()
    {
        var store = Store();
        var (one, other) = (await RandomAsync(store), await RandomAsync(store));
        var (file, stranger) = (await File.ReadAllBytesAsync(PathOf(one.Digest)), await File.ReadAllBytesAsync(PathOf(other.Digest)));

        byte[] swapped = [.. file[..Header], .. Part(file, 1), .. Part(file, 0), .. Part(file, 2)];
        await FoundAsync(store, one.Digest, "body.segment", swapped);
        await FoundAsync(store, one.Digest, "body.segment", [.. file[..Header], .. Part(file, 0), .. Part(stranger, 1), .. Part(file, 2)]);
        await FoundAsync(store, one.Digest, "body.segment", [.. file[..Header], .. stranger[Header..]]);
        await FoundAsync(store, one.Digest, "body.header", stranger);                                    // another body under this name
        await FoundAsync(store, one.Digest, "body.header", [.. stranger[..Header], .. file[Header..]]);

        // The same content as it was stored an hour ago: no mixture of the two files is good.
        await File.WriteAllBytesAsync(PathOf(one.Digest), file);
        await store.StoreAsync(new MemoryStream(await ReadAsync(store, one.Digest)), CancellationToken.None);
        var again = await File.ReadAllBytesAsync(PathOf(one.Digest));
        await FoundAsync(store, one.Digest, "body.segment", [.. again[..Header], .. Part(again, 0), .. Part(file, 1), .. Part(again, 2)]);
    }

    [Fact]
    public async Task Content_in_clear_is_not_taken_for_a_body()
    {
        var store = Store();
        var body = await store.StoreAsync(new MemoryStream(new byte[1000]), CancellationToken.None);
        await File.WriteAllBytesAsync(PathOf(body.Digest), new byte[1000]);

        var fault = Assert.Throws<ExchangeFault>(() => store.OpenRead(body.Digest));

        Assert.Equal("body.header", fault.Rule);
        Assert.Contains("written before bodies were encrypted", fault.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_can_be_read_from_any_place()
    {
        var store = Store();
        var content = RandomNumberGenerator.GetBytes((2 * Segment) + 1000);
        var body = await store.StoreAsync(new MemoryStream(content), CancellationToken.None);
        await using var stream = store.OpenAnywhere(body.Digest);
        var random = new Random(5);
        var buffer = new byte[Segment + 10];
        for (var round = 0; round < 200; round++)
        {
            var (at, length) = (random.Next(content.Length), random.Next(1, buffer.Length));
            stream.Position = at;
            var read = await stream.ReadAtLeastAsync(buffer.AsMemory(0, length), length, throwOnEndOfStream: false);
            Assert.True(content.AsSpan(at, Math.Min(length, content.Length - at)).SequenceEqual(buffer.AsSpan(0, read)));
        }

        Assert.Equal(content.Length, stream.Seek(0, SeekOrigin.End));
        Assert.Equal(0, await stream.ReadAsync(buffer));
    }

    [Fact]
    public async Task A_body_whose_key_is_not_at_hand_says_which_and_is_read_once_the_key_file_has_it()
    {
        using var keys = new TempFolder();
        var (old, next) = (("2025", TestBodyKeys.New()), ("2026", TestBodyKeys.New()));
        var writer = Store(BodyKeys.Open(TestBodyKeys.Write(keys["writer.json"], next, old), TimeProvider.System));
        var body = await writer.StoreAsync(new MemoryStream([1, 2, 3]), CancellationToken.None);
        var reader = Store(BodyKeys.Open(TestBodyKeys.Write(keys["reader.json"], old), TimeProvider.System));

        var fault = Assert.Throws<ExchangeFault>(() => reader.OpenRead(body.Digest));
        Assert.Equal("body.key", fault.Rule);
        Assert.Contains("'2026'", fault.Detail, StringComparison.Ordinal);

        TestBodyKeys.Write(keys["reader.json"], old, next);
        Assert.Equal([1, 2, 3], await ReadAsync(reader, body.Digest));
    }

    [Fact]
    public async Task Another_key_under_the_same_id_opens_nothing()
    {
        var body = await Store(BodyKeys.Of("k", ("k", new byte[32]))).StoreAsync(new MemoryStream([1]), CancellationToken.None);
        var fault = Assert.Throws<ExchangeFault>(() => Store(BodyKeys.Of("k", ("k", [1, .. new byte[31]]))).OpenRead(body.Digest));
        Assert.Equal("body.header", fault.Rule);
    }

    [Fact]
    public async Task A_new_current_key_is_taken_up_within_half_a_minute()
    {
        using var keys = new TempFolder();
        var clock = new ManualClock(DateTimeOffset.UtcNow);
        var (old, next) = (("2025", TestBodyKeys.New()), ("2026", TestBodyKeys.New()));
        var opened = BodyKeys.Open(TestBodyKeys.Write(keys["keys.json"], old), clock);
        var store = Store(opened);
        TestBodyKeys.Write(keys["keys.json"], next, old);
        clock.Advance(TimeSpan.FromSeconds(31));

        var body = await store.StoreAsync(new MemoryStream([1]), CancellationToken.None);

        Assert.Equal("2026", KeyOf(store, body.Digest));
    }

    [Theory]
    [InlineData("""{ "current": "a", "keys": { "a": "AAAA" } }""", "'a': its value is not 32 octets")]
    [InlineData("""{ "current": "b", "keys": { "a": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=" } }""", "names 'b' as current")]
    [InlineData("""{ "current": "a b", "keys": { "a b": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=" } }""", "'a b': no id")]
    [InlineData("""{ "keys": { } }""", "must have 'current' and 'keys'")]
    [InlineData("""{ "current": "a", "keys": { "a": "s3cr3t" }, "more": 1 }""", "is no JSON of the form")]
    [InlineData("""{ "current": "a", "keys": { "a": "s3cr3t", "a": "s3cr3t" } }""", "is no JSON of the form")]
    [InlineData("s3cr3t", "is no JSON of the form")]
    public void A_key_file_that_is_not_as_it_must_be_is_refused_by_a_word_that_gives_nothing_away(string content, string said)
    {
        var path = _folder["keys.json"];
        File.WriteAllText(path, content);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, UnixFileMode.UserRead);

        var refused = Assert.Throws<InvalidDataException>(() => BodyKeys.Open(new Uri(path), TimeProvider.System));

        Assert.Contains(said, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cr3t", refused.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_file_that_others_may_read_is_refused()
    {
        if (OperatingSystem.IsWindows()) return;   // modes are those of POSIX
        var uri = TestBodyKeys.Write(_folder["keys.json"], ("a", TestBodyKeys.New()));
        File.SetUnixFileMode(uri.LocalPath, UnixFileMode.UserRead | UnixFileMode.GroupRead);
        Assert.Contains("chmod 600", Assert.Throws<InvalidDataException>(() => BodyKeys.Open(uri, TimeProvider.System)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_provider_is_refused_by_its_name() =>
        Assert.Contains("'pkcs11:'", Assert.Throws<NotSupportedException>(() => BodyKeys.Open(new Uri("pkcs11:token=hub"), TimeProvider.System)).Message, StringComparison.Ordinal);

    private static Task<StoredBody> RandomAsync(BodyStore store) => store.StoreAsync(new MemoryStream(RandomNumberGenerator.GetBytes(3 * Segment)), CancellationToken.None);

    private static byte[] Part(byte[] file, int number) => file.AsSpan(Header + (number * (Segment + Tag)), Segment + Tag).ToArray();

    private async Task FoundAsync(BodyStore store, ContentDigest digest, string rule, byte[] file)
    {
        await File.WriteAllBytesAsync(PathOf(digest), file);
        var (_, fault) = await ReadUntilFaultAsync(store, digest);
        Assert.Equal((Fault.BodyUnreadable, rule), (fault?.Fault, fault?.Rule));
    }

    private static async Task<(byte[] Given, ExchangeFault? Fault)> ReadUntilFaultAsync(BodyStore store, ContentDigest digest)
    {
        using var given = new MemoryStream();
        try
        {
            await using var stream = store.OpenRead(digest);
            await stream.CopyToAsync(given);
            return (given.ToArray(), null);
        }
        catch (ExchangeFault fault)
        {
            return (given.ToArray(), fault);
        }
    }

    private static async Task<byte[]> ReadAsync(BodyStore store, ContentDigest digest)
    {
        var (given, fault) = await ReadUntilFaultAsync(store, digest);
        return fault is null ? given : throw fault;
    }

    private static string KeyOf(BodyStore store, ContentDigest digest)
    {
        using var raw = store.OpenRaw(digest);
        return raw.KeyId;
    }

    private string PathOf(ContentDigest digest) => Path.Combine(_folder.Path, digest.ToString()[..2], digest.ToString()[2..4], digest.ToString());
}
