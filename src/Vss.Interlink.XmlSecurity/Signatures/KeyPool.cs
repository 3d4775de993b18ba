using System.Collections.Concurrent;

namespace Vss.Interlink.XmlSecurity.Signatures;

/// <summary>
/// Keys that were read lately, by their SubjectPublicKeyInfo. Reading one costs the platform's library five times what verifying with it does, and the same
/// few partners sign all day. A key is lent to one verification at a time: the platform does not promise that two may use it.
/// </summary>
internal static class KeyPool
{
    private const int MaxKeys = 512;

    private static readonly ConcurrentDictionary<byte[], ConcurrentBag<VerificationKey>> s_keys = new(new ByContent());

    /// <summary>A key that was given back, or null.</summary>
    public static VerificationKey? Rent(byte[] info) => s_keys.TryGetValue(info, out var keys) && keys.TryTake(out var key) ? key : null;

    public static void Return(byte[] info, VerificationKey key)
    {
        // Whoever sends many keys gets no more than the work of reading them.
        if (s_keys.Count >= MaxKeys) s_keys.Clear();
        var keys = s_keys.GetOrAdd(info, static _ => []);
        if (keys.Count < Environment.ProcessorCount) keys.Add(key);
        else key.Dispose();
    }

    private sealed class ByContent : IEqualityComparer<byte[]>
    {
        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode(byte[] obj)
        {
            var hash = default(HashCode);   // seeded for each process
            hash.AddBytes(obj);
            return hash.ToHashCode();
        }
    }
}
