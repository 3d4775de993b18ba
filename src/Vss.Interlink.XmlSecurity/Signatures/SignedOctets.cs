namespace Vss.Interlink.XmlSecurity.Signatures;

/// <summary>
/// Octets that were digested, and nothing beside them: what a consumer of a signed document reads. Held in memory up to a size, from there on in a
/// <see cref="ScratchFile"/> that is gone when this is disposed of.
/// </summary>
public sealed class SignedOctets : IDisposable
{
    private readonly int _maxInMemory;
    private readonly int _expected;
    private byte[] _memory = [];
    private int _inMemory;
    private FileStream? _file;
    private bool _isDisposed;

    internal SignedOctets(int maxInMemory, int expected = 0) => (_maxInMemory, _expected) = (maxInMemory, expected);

    /// <summary>How many there are.</summary>
    public long Length { get; private set; }

    /// <summary>The octets, when they are in memory.</summary>
    public bool TryGetMemory(out ReadOnlyMemory<byte> octets)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        octets = _file is null ? _memory.AsMemory(0, _inMemory) : default;
        return _file is null;
    }

    /// <summary>A reader over the octets. Any number of them may read; none after this is disposed of.</summary>
    public Stream Open()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        return _file is null ? new MemoryStream(_memory, 0, _inMemory, writable: false) : new Reader(this);
    }

    public void Dispose()
    {
        _isDisposed = true;
        _file?.Dispose();
    }

    internal void Write(ReadOnlySpan<byte> octets)
    {
        if (_file is null && _inMemory + (long)octets.Length > _maxInMemory) MoveToFile();
        if (_file is not null)
        {
            RandomAccess.Write(_file.SafeFileHandle, octets, Length);
        }
        else
        {
            // Nothing is taken before the first octet comes: many may be waiting for a document that is refused.
            if (_inMemory + octets.Length > _memory.Length) Array.Resize(ref _memory, (int)Math.Min(_maxInMemory, Math.Max(_inMemory + octets.Length, Math.Max(_expected, Math.Max(256, 2L * _memory.Length)))));
            octets.CopyTo(_memory.AsSpan(_inMemory));
            _inMemory += octets.Length;
        }

        Length += octets.Length;
    }

    private void MoveToFile()
    {
        _file = ScratchFile.Create(bufferSize: 0);
        RandomAccess.Write(_file.SafeFileHandle, _memory.AsSpan(0, _inMemory), 0);
        (_memory, _inMemory) = ([], 0);
    }

    private sealed class Reader(SignedOctets octets) : Stream
    {
        private long _position;

        public override bool CanRead => true;

        public override bool CanSeek => true;

        public override bool CanWrite => false;

        public override long Length => octets.Length;

        public override long Position
        {
            get => _position;
            set => _position = value >= 0 ? value : throw new ArgumentOutOfRangeException(nameof(value));
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            ObjectDisposedException.ThrowIf(octets._isDisposed, octets);
            var read = RandomAccess.Read(octets._file!.SafeFileHandle, buffer, _position);
            _position += read;
            return read;
        }

        public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
        {
            SeekOrigin.Begin => offset,
            SeekOrigin.Current => _position + offset,
            _ => Length + offset,
        };

        public override void Flush() { }

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
