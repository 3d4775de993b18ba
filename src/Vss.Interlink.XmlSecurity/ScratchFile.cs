namespace Vss.Interlink.XmlSecurity;

/// <summary>
/// A file for what is too large for memory and must not outlive its use. On Unix it has lost its name before the first octet is written: the open descriptor alone keeps it, so that nobody finds it and
/// nothing is left of it however the process ends. (There .NET only imitates <see cref="FileOptions.DeleteOnClose"/>, by removing the name when the stream is disposed of, which a killed process never does.)
/// Elsewhere the system removes it with its last handle.
/// </summary>
/// <remarks>Its octets are on the volume of the temporary folder until they are overwritten, in clear.</remarks>
public static class ScratchFile
{
    /// <summary>An empty one, to write and read; nobody but the process's user may open it in the moment in which it has a name.</summary>
    /// <param name="bufferSize">Of the stream, in octets; 0 for none.</param>
    /// <param name="options">Asynchronous or not.</param>
    /// <exception cref="IOException">The temporary folder cannot take it; also UnauthorizedAccessException.</exception>
    public static FileStream Create(int bufferSize, FileOptions options = FileOptions.None)
    {
        var path = Path.Combine(Path.GetTempPath(), "interlink-" + Path.GetRandomFileName());
        var opening = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Share = FileShare.None, BufferSize = bufferSize, Options = options };
        if (OperatingSystem.IsWindows())
        {
            opening.Options |= FileOptions.DeleteOnClose;
            return new FileStream(path, opening);
        }

        opening.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        var file = new FileStream(path, opening);
        try
        {
            File.Delete(path);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }
}
