using Microsoft.Win32.SafeHandles;
using Vss.Interlink.Exchange.Faults;
using Vss.Interlink.V1;

namespace Vss.Interlink.Exchange.Bodies;

/// <summary>
/// Contents by their SHA-256, each once and encrypted, as files <c>ab/cd/abcd…</c> under one folder. What <see cref="StoreAsync"/> or <see cref="BodyWriteStream.CommitAsync"/> has named is on
/// the disk: file and directories are flushed before, so the ledger may refer to it.
/// </summary>
/// <remarks>
/// Each storing puts a new file in place, also where the content was there already. So the time of a file is the time of the last submission that may still want to name it, a copy that was
/// damaged is mended by whoever sends the content again, and a file that <see cref="TryRemoveAsync"/> has in hand is never the one that a submission has just written.
/// </remarks>
/// <threadsafety>Safe for any number of threads and, on one volume, of processes.</threadsafety>
public sealed class BodyStore
{
    private const int ChunkSize = 64 * 1024;

    // Two nodes' clocks differ by less.
    private static readonly TimeSpan s_young = TimeSpan.FromMinutes(10);

    private readonly string _folder;
    private readonly string _incoming;
    private readonly string _leaving;
    private readonly TimeProvider _clock;

    /// <summary>Opens the store, removes what writers left behind that died and puts back what a broken-off removal had in hand.</summary>
    /// <param name="folder">Made when it is not there, for the hub's user alone.</param>
    /// <param name="maxBodyBytes">Octets that one body may have.</param>
    /// <param name="keys">Encrypt and decrypt.</param>
    /// <param name="clock">Stamps files.</param>
    public BodyStore(string folder, long maxBodyBytes, BodyKeys keys, TimeProvider clock)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxBodyBytes);
        _folder = Path.GetFullPath(folder);
        _incoming = Path.Combine(_folder, "incoming");
        _leaving = Path.Combine(_folder, "leaving");
        (MaxBodyBytes, Keys, _clock) = (maxBodyBytes, keys, clock);
        OwnerOnly.MakeFolder(_incoming);
        OwnerOnly.MakeFolder(_leaving);
        RemoveBrokenOff();
        TakeRemovalTurn()?.Dispose();
    }

    public long MaxBodyBytes { get; }

    /// <summary>Whether there is no body at all.</summary>
    public bool IsEmpty => !Directory.EnumerateDirectories(_folder).Where(folder => folder != _incoming && folder != _leaving).SelectMany(folder => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)).Any();

    internal BodyKeys Keys { get; }

    /// <summary>Begins a body that comes in pieces. Disposing the writer before it commits throws the pieces away.</summary>
    /// <exception cref="ExchangeFault">OVERLOADED: the disk is full.</exception>
    public BodyWriteStream Begin() => Begin(MaxBodyBytes);

    /// <summary>Begins a body of which only the name is wanted. It needs no room.</summary>
    public BodyDigestStream BeginDigest() => new(MaxBodyBytes);

    /// <summary>Stores a stream to its end. Storing the same content again gives the same body.</summary>
    /// <exception cref="ExchangeFault">LIMIT_EXCEEDED, as soon as the limit is passed; OVERLOADED: the disk is full.</exception>
    public async Task<StoredBody> StoreAsync(Stream content, CancellationToken cancellation)
    {
        await using var writer = Begin();
        await content.CopyToAsync(writer, ChunkSize, cancellation);
        return await writer.CommitAsync(cancellation);
    }

    /// <summary>Reads a body from its beginning. Each segment is verified before any of it is given out, the whole with the last octets.</summary>
    /// <param name="digest">Its name.</param>
    /// <param name="noted">Is told of a fault before it is thrown, now or while reading: callers in between may take it for something else.</param>
    /// <exception cref="ExchangeFault">BODY_UNREADABLE: it is not there, damaged, or its key is not known. While reading likewise.</exception>
    public Stream OpenRead(ContentDigest digest, Action<ExchangeFault>? noted = null)
    {
        var unreadable = Unreadable(digest, noted);
        return new VerifyingStream(Open(digest, unreadable), digest, unreadable);
    }

    /// <summary>A body that can be read from any place. Each segment is verified before any of it is given out.</summary>
    /// <exception cref="ExchangeFault">BODY_UNREADABLE, now or while reading.</exception>
    public Stream OpenAnywhere(ContentDigest digest) => Open(digest, Unreadable(digest, null));

    /// <summary>Holds that bodies are there and were stored so lately that no collection can have an eye on them: the last step before the ledger names them.</summary>
    /// <exception cref="ExchangeFault">OVERLOADED: one is not; the sender has it still and sends it again.</exception>
    public void RequireStoredWithin(TimeSpan age, IEnumerable<StoredBody> bodies)
    {
        var oldest = _clock.GetUtcNow() - age;
        if (bodies.Any(body => StoredAt(body.Digest) is not { } at || at < oldest))
            throw new ExchangeFault(Fault.Overloaded, $"The submission took longer than {age:c}; send it again.", "limit.submission-time");
    }

    internal BodyWriteStream Begin(long maxLength) => new(this, Path.Combine(_incoming, Guid.NewGuid().ToString("N")), maxLength);

    /// <summary>Gives the file its time, while it is still under a name that nobody reads.</summary>
    internal void Stamp(SafeFileHandle file) => File.SetLastWriteTimeUtc(file, _clock.GetUtcNow().UtcDateTime);

    /// <summary>Gives a flushed file its name, in the place of whatever has it.</summary>
    internal void Adopt(string file, ContentDigest digest)
    {
        var target = PathOf(digest.ToString());
        var directory = Path.GetDirectoryName(target)!;
        OwnerOnly.MakeFolder(directory);
        File.Move(file, target, overwrite: true);
        DirectoryFlush.Flush(directory);
        DirectoryFlush.Flush(Path.GetDirectoryName(directory)!);
        DirectoryFlush.Flush(_folder);
    }

    /// <summary>Names of all bodies, in their order. What comes or goes meanwhile may be among them or not.</summary>
    internal IEnumerable<ContentDigest> List()
    {
        foreach (var shard in Directory.EnumerateDirectories(_folder, "??").Order(StringComparer.Ordinal))
            foreach (var directory in Directory.EnumerateDirectories(shard, "??").Order(StringComparer.Ordinal))
                foreach (var file in Directory.EnumerateFiles(directory).Order(StringComparer.Ordinal))
                    if (ContentDigest.TryParse(Path.GetFileName(file), out var digest)) yield return digest;
    }

    /// <summary>When a body was stored last; null when it is not there.</summary>
    internal DateTimeOffset? StoredAt(ContentDigest digest)
    {
        foreach (var path in Places(digest))
        {
            var file = new FileInfo(path);
            if (file.Exists) return file.LastWriteTimeUtc;
        }

        return null;
    }

    /// <summary>A body with what its file says of it.</summary>
    internal BodyReadStream OpenRaw(ContentDigest digest) => Open(digest, Unreadable(digest, null));

    /// <summary>The turn to remove, one for all processes on the volume; null while another has it. Whoever gets it puts back what a killed one had in hand.</summary>
    internal IDisposable? TakeRemovalTurn()
    {
        FileStream turn;
        try
        {
            turn = OwnerOnly.Open(Path.Combine(_folder, "leaving.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, bufferSize: 0);
        }
        catch (IOException held) when (!DiskRoom.IsFull(held))
        {
            return null;
        }

        foreach (var file in Directory.EnumerateFiles(_leaving))
            if (ContentDigest.TryParse(Path.GetFileName(file), out var digest)) PutBack(file, PathOf(digest.ToString()));   // others may be the file system's own
        return turn;
    }

    /// <summary>
    /// Removes a body that was stored before the time and that, once it is out of its place, nobody wants still. While it is looked at it lies in a folder where readers find it too; who stores the
    /// content meanwhile writes a new file, which this one never replaces. The caller has the removal turn.
    /// </summary>
    /// <returns>Octets of the file; null when it stays.</returns>
    internal async Task<long?> TryRemoveAsync(ContentDigest digest, DateTimeOffset storedBefore, Func<Task<bool>> isWanted)
    {
        var (place, inHand) = (PathOf(digest.ToString()), Path.Combine(_leaving, digest.ToString()));
        try
        {
            File.Move(place, inHand);
        }
        catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }

        var removed = false;
        try
        {
            var file = new FileInfo(inHand);
            if (file.LastWriteTimeUtc >= storedBefore.UtcDateTime || await isWanted()) return null;
            var octets = file.Length;
            file.Delete();
            removed = true;
            return octets;
        }
        finally
        {
            if (!removed) PutBack(inHand, place);
        }
    }

    /// <summary>Removes what writers left behind that died some time ago, in whatever process.</summary>
    internal void RemoveBrokenOff()
    {
        var before = (_clock.GetUtcNow() - s_young).UtcDateTime;
        foreach (var path in Directory.EnumerateFiles(_incoming))
        {
            // A writer that lives holds its file alone; but for a moment after it made the file, and for another one before it gives it its name. In both the file is young, and is not even opened.
            if (File.GetLastWriteTimeUtc(path) > before) continue;
            try
            {
                using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.Delete, bufferSize: 1);
                if (File.GetLastWriteTimeUtc(file.SafeFileHandle) <= before) File.Delete(path);   // its writer may have let go of it meanwhile
            }
            catch (IOException)
            {
            }
        }
    }

    private static void PutBack(string file, string place)
    {
        if (!ExclusiveMove.Try(file, place)) File.Delete(file);   // a newer one took its place
    }

    // What is in hand of a removal is still there; and it may have been put back between the two looks.
    private string[] Places(ContentDigest digest)
    {
        var place = PathOf(digest.ToString());
        return [place, Path.Combine(_leaving, digest.ToString()), place];
    }

    private BodyReadStream Open(ContentDigest digest, Func<string, string, ExchangeFault> unreadable)
    {
        foreach (var path in Places(digest))
        {
            try
            {
                return BodyReadStream.Open(File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete), digest, Keys, unreadable);
            }
            catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
            {
            }
        }

        throw unreadable("is not in the store", "body.present");
    }

    private static Func<string, string, ExchangeFault> Unreadable(ContentDigest digest, Action<ExchangeFault>? noted) => (what, rule) =>
    {
        var fault = new ExchangeFault(Fault.BodyUnreadable, $"Body {digest} {what}.", rule);
        BodyTelemetry.Unreadable(rule);
        noted?.Invoke(fault);
        return fault;
    };

    private string PathOf(string name) => name.Length == 2 * ContentDigest.Length ? Path.Combine(_folder, name[..2], name[2..4], name) : throw new ArgumentException("A default value names no body.", nameof(name));
}
