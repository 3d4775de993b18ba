using System.Collections;
using System.Text;

namespace Grpc.Core;

/// <summary>
/// Headers or trailers of a call, in order, keys repeatable. Keys are lower case; a key that ends in "-bin" carries bytes,
/// every other key carries printable ASCII (PROTOCOL-HTTP2.md, Custom-Metadata).
/// </summary>
public sealed class Metadata : IList<Metadata.Entry>
{
    /// <summary>What the key of a binary entry ends in.</summary>
    public const string BinaryHeaderSuffix = "-bin";

    /// <summary>No entries, and none can be added.</summary>
    public static readonly Metadata Empty = new() { IsReadOnly = true };

    private readonly List<Entry> _entries = [];

    public int Count => _entries.Count;

    public bool IsReadOnly { get; private init; }

    public Entry this[int index]
    {
        get => _entries[index];
        set { ThrowIfReadOnly(); _entries[index] = value; }
    }

    public void Add(string key, string value) => Add(new Entry(key, value));

    public void Add(string key, byte[] valueBytes) => Add(new Entry(key, valueBytes));

    public void Add(Entry item)
    {
        ArgumentNullException.ThrowIfNull(item);
        ThrowIfReadOnly();
        _entries.Add(item);
    }

    /// <summary>The last entry with this key, or null.</summary>
    public Entry? Get(string key) => _entries.FindLast(entry => entry.Key.Equals(key, StringComparison.OrdinalIgnoreCase));

    /// <summary>The text of the last entry with this key, or null. Throws when the entry is binary.</summary>
    public string? GetValue(string key) => Get(key)?.Value;

    /// <summary>The bytes of the last entry with this key, or null.</summary>
    public byte[]? GetValueBytes(string key) => Get(key)?.ValueBytes;

    public IEnumerable<Entry> GetAll(string key) => _entries.Where(entry => entry.Key.Equals(key, StringComparison.OrdinalIgnoreCase));

    public int IndexOf(Entry item) => _entries.IndexOf(item);

    public void Insert(int index, Entry item)
    {
        ThrowIfReadOnly();
        _entries.Insert(index, item);
    }

    public void RemoveAt(int index)
    {
        ThrowIfReadOnly();
        _entries.RemoveAt(index);
    }

    public void Clear()
    {
        ThrowIfReadOnly();
        _entries.Clear();
    }

    public bool Contains(Entry item) => _entries.Contains(item);

    public void CopyTo(Entry[] array, int arrayIndex) => _entries.CopyTo(array, arrayIndex);

    public bool Remove(Entry item)
    {
        ThrowIfReadOnly();
        return _entries.Remove(item);
    }

    public IEnumerator<Entry> GetEnumerator() => _entries.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => _entries.GetEnumerator();

    private void ThrowIfReadOnly()
    {
        if (IsReadOnly) throw new InvalidOperationException("This metadata cannot be changed.");
    }

    /// <summary>One key with its text or its bytes.</summary>
    public sealed class Entry
    {
        private readonly string? _text;
        private readonly byte[]? _bytes;

        /// <exception cref="ArgumentException">The key is not a metadata key, ends in "-bin", or the value is not printable ASCII.</exception>
        public Entry(string key, string value)
        {
            Key = CheckedKey(key);
            if (IsBinary) throw new ArgumentException($"'{Key}' ends in -bin, so its value is bytes.", nameof(key));
            ArgumentNullException.ThrowIfNull(value);
            if (value.AsSpan().ContainsAnyExceptInRange(' ', '~')) throw new ArgumentException($"The value of '{Key}' is not printable ASCII.", nameof(value));
            _text = value;
        }

        /// <exception cref="ArgumentException">The key is not a metadata key or does not end in "-bin".</exception>
        public Entry(string key, byte[] valueBytes)
        {
            Key = CheckedKey(key);
            if (!IsBinary) throw new ArgumentException($"'{Key}' does not end in -bin, so its value is text.", nameof(key));
            ArgumentNullException.ThrowIfNull(valueBytes);
            _bytes = [.. valueBytes];
        }

        private Entry(string key, string? text, byte[]? bytes) => (Key, _text, _bytes) = (key, text, bytes);

        public string Key { get; }

        public bool IsBinary => Key.EndsWith(BinaryHeaderSuffix, StringComparison.Ordinal);

        public string Value => _text ?? throw new InvalidOperationException($"'{Key}' is binary.");

        public byte[] ValueBytes => _bytes ?? Encoding.ASCII.GetBytes(_text!);

        public override string ToString() => IsBinary ? $"[Entry: key={Key}, valueBytes={_bytes!.Length}]" : $"[Entry: key={Key}, value={_text}]";

        /// <summary>An entry as a peer sent it: HTTP/2 has checked the key, and the text is taken as it is.</summary>
        internal static Entry Received(string key, string text) => new(key, text, null);

        internal static Entry Received(string key, byte[] bytes) => new(key, null, bytes);

        // PROTOCOL-HTTP2.md, Header-Name: 1*( %x30-39 / %x61-7A / "_" / "-" / "."), lower case.
        private static string CheckedKey(string key)
        {
            ArgumentException.ThrowIfNullOrEmpty(key);
            var lower = key.ToLowerInvariant();
            if (lower.Any(c => !char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c is not ('_' or '-' or '.')))
                throw new ArgumentException($"'{key}' is not a metadata key: letters, digits, '_', '-' and '.' only.", nameof(key));
            return lower;
        }
    }
}
