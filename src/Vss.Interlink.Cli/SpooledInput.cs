using Vss.Interlink.XmlSecurity;

namespace Vss.Interlink.Cli;

/// <summary>A file, or standard input, that can be read more than once. Standard input goes to a <see cref="ScratchFile"/>.</summary>
internal sealed class SpooledInput : IDisposable
{
    private const int BufferSize = 128 * 1024;

    private readonly FileStream _file;

    private SpooledInput(FileStream file) => _file = file;

    /// <summary>Opens a path, or standard input for <c>-</c>.</summary>
    /// <exception cref="IOException">It is no regular file or cannot be read; also UnauthorizedAccessException and what a bad path throws.</exception>
    public static SpooledInput Open(string path)
    {
        if (path != "-") return new SpooledInput(RegularFile.Open(path));
        using var input = Console.OpenStandardInput();
        return Of(input.CopyTo);
    }

    /// <summary>What is written now.</summary>
    public static SpooledInput Of(Action<Stream> write)
    {
        var spool = ScratchFile.Create(BufferSize);
        try
        {
            write(spool);
            return new SpooledInput(spool);
        }
        catch
        {
            spool.Dispose();
            throw;
        }
    }

    /// <summary>The whole of it from the beginning; valid until the next call.</summary>
    public Stream Read()
    {
        if (!_file.CanSeek) throw new NotSupportedException("The document is not a file that can be read twice; give it on standard input.");
        _file.Position = 0;
        return _file;
    }

    public void Dispose() => _file.Dispose();
}
