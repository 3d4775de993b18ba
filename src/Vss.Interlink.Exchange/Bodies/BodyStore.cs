namespace Vss.Interlink.Exchange.Bodies;

/// <summary>
/// Contents by their SHA-256, each once, as files <c>ab/cd/abcd…</c> under one folder. What <see cref="StoreAsync"/> or
/// <see cref="BodyWriteStream.CommitAsync"/> has named is on the disk: file and directories are flushed before, so the ledger may refer to it.
/// </summary>
/// <threadsafety>Safe for any number of threads and, on one volume, of processes.</threadsafety>
public sealed class BodyStore
{
    private const int ChunkSize = 64 * 1024;

    private readonly string _folder;
    private readonly string _incoming;

    /// <summary>Opens the store and removes what broken-off writings left behind.</summary>
    /// <param name="folder">Made when it is not there.</param>
    /// <param name="maxBodyBytes">Octets that one body may have.</param>
    public BodyStore(string folder, long maxBodyBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxBodyBytes);
        _folder = Path.GetFullPath(folder);
        _incoming = Path.Combine(_folder, "incoming");
        MaxBodyBytes = maxBodyBytes;
        Directory.CreateDirectory(_incoming);
        RemoveOrphans();
    }

    public long MaxBodyBytes { get; }

    /// <summary>Begins a body that comes in pieces. Disposing the writer before it commits throws the pieces away.</summary>
    public BodyWriteStream Begin() => new(this, Path.Combine(_incoming, Guid.NewGuid().ToString("N")));

    /// <summary>Stores a stream to its end. Storing the same content again gives the same body.</summary>
    /// <exception cref="Faults.ExchangeFault">LIMIT_EXCEEDED, as soon as the limit is passed.</exception>
    public async Task<StoredBody> StoreAsync(Stream content, CancellationToken cancellation)
    {
        await using var writer = Begin();
        await content.CopyToAsync(writer, ChunkSize, cancellation);
        return await writer.CommitAsync(cancellation);
    }

    /// <summary>Reads a body from its beginning. The stream fails at its end if the content is not what it was.</summary>
    /// <exception cref="InvalidDataException">The body is not there or (while reading) is damaged.</exception>
    public Stream OpenRead(ContentDigest digest)
    {
        try
        {
            return new VerifyingStream(new FileStream(PathOf(digest), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, ChunkSize, FileOptions.SequentialScan | FileOptions.Asynchronous), digest);
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new InvalidDataException($"Body {digest} is not in the store.", missing);
        }
    }

    /// <summary>A body that can be read from any place; that it is what it was is for the reader to find out.</summary>
    /// <exception cref="InvalidDataException">The body is not there.</exception>
    public Stream OpenAnywhere(ContentDigest digest)
    {
        try
        {
            return new FileStream(PathOf(digest), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0, FileOptions.RandomAccess);
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new InvalidDataException($"Body {digest} is not in the store.", missing);
        }
    }

    /// <summary>Gives a flushed file its name. A file that is there already has the same content; one of another length is damaged and replaced.</summary>
    internal void Adopt(string file, ContentDigest digest, long size)
    {
        var target = PathOf(digest);
        var directory = Path.GetDirectoryName(target)!;
        var parent = Path.GetDirectoryName(directory)!;
        Directory.CreateDirectory(directory);
        var there = new FileInfo(target);
        if (there.Exists && there.Length == size) File.Delete(file);
        else File.Move(file, target, overwrite: true);

        // Also when it was there: whoever wrote it may not have come this far yet.
        DirectoryFlush.Flush(directory);
        DirectoryFlush.Flush(parent);
        DirectoryFlush.Flush(_folder);
    }

    private string PathOf(ContentDigest digest)
    {
        var name = digest.ToString();
        if (name.Length != 2 * ContentDigest.Length) throw new ArgumentException("A default value names no body.", nameof(digest));
        return Path.Combine(_folder, name[..2], name[2..4], name);
    }

    private void RemoveOrphans()
    {
        foreach (var file in Directory.EnumerateFiles(_incoming))
        {
            try
            {
                // A writer that lives, in whatever process, holds its file alone, and this open fails.
                new FileStream(file, FileMode.Open, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose).Dispose();
            }
            catch (IOException)
            {
            }
        }
    }
}
