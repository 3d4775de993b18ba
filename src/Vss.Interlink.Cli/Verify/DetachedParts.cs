using System.Security.Cryptography;
using Vss.Interlink.XmlSecurity;

namespace Vss.Interlink.Cli.Verify;

/// <summary>What lies beside a detached seal.</summary>
internal static class DetachedParts
{
    /// <summary>SHA-256 by id of attachments given as ID=FILE; the first '=' ends the id.</summary>
    /// <exception cref="UsageException">Another form, an id given twice, or a file that cannot be read.</exception>
    public static IReadOnlyDictionary<string, ReadOnlyMemory<byte>> Read(IEnumerable<string> given)
    {
        var parts = new Dictionary<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal);
        foreach (var each in given)
        {
            if (each.IndexOf('=', StringComparison.Ordinal) is not (> 0 and var end) || end == each.Length - 1) throw new UsageException($"--detached needs ID=FILE, not '{each}'.");
            if (!parts.TryAdd(each[..end], Digest(each[(end + 1)..]))) throw new UsageException($"--detached gives '{each[..end]}' twice.");
        }

        return parts;
    }

    /// <exception cref="UsageException">The file cannot be read or is no well-formed XML.</exception>
    public static byte[] ReadHeader(string path) => Usable("--header", path, file =>
    {
        var read = InputFile.Read(file);
        if (read.Octets is { } octets && SafeXml.Load(octets, new XmlLimits()).TryGetDocument(out _)) return octets;
        throw new UsageException($"--header: '{path}' is no well-formed XML within the limits.");
    });

    private static ReadOnlyMemory<byte> Digest(string path) => Usable("--detached", path, file => SHA256.HashData(file));

    private static T Usable<T>(string option, string path, Func<Stream, T> read)
    {
        try
        {
            using var file = File.OpenRead(path);
            return read(file);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new UsageException($"{option}: {unreadable.Message}", unreadable);
        }
    }
}
