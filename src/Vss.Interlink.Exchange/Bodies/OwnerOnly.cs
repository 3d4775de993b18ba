namespace Vss.Interlink.Exchange.Bodies;

/// <summary>
/// What the hub makes on its disk is for its own user alone, whatever the umask says: folders have mode 0700, files 0600. What is there already stays as the operator made it. On Windows the
/// folder above decides.
/// </summary>
internal static class OwnerOnly
{
    private const UnixFileMode OfFolder = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode OfFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Makes a folder and those above it where they are missing. The name of each that was made is on the disk: a name is kept in the folder above (fsync(2), NOTES).</summary>
    /// <param name="path">The folder.</param>
    public static void MakeFolder(string path) => MakeFolder(path, DirectoryFlush.Flush);

    /// <summary>The same with another way to flush.</summary>
    internal static void MakeFolder(string path, Action<string> flush)
    {
        path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        Stack<string> missing = [];
        for (var one = path; one is not null && !Directory.Exists(one); one = Path.GetDirectoryName(one)) missing.Push(one);
        foreach (var one in missing)
        {
            if (OperatingSystem.IsWindows()) Directory.CreateDirectory(one);
            else Directory.CreateDirectory(one, OfFolder);
            if (Path.GetDirectoryName(one) is { } above) flush(above);
        }
    }

    /// <summary>Makes an empty file, unless one is there.</summary>
    public static void MakeFile(string path)
    {
        try
        {
            Open(path, FileMode.CreateNew, FileAccess.Write).Dispose();
        }
        catch (IOException) when (File.Exists(path))
        {
        }
    }

    /// <summary>Opens a file; one that it makes is the owner's alone.</summary>
    /// <param name="path">The file.</param>
    /// <param name="mode">One that may make it.</param>
    /// <param name="access">As of <see cref="FileStream"/>.</param>
    /// <param name="options">As of <see cref="FileStream"/>.</param>
    /// <param name="bufferSize">0 for none.</param>
    /// <returns>The file, which nobody else can open meanwhile.</returns>
    public static FileStream Open(string path, FileMode mode, FileAccess access, FileOptions options = FileOptions.None, int bufferSize = 4096)
    {
        var how = new FileStreamOptions { Mode = mode, Access = access, Share = FileShare.None, Options = options, BufferSize = bufferSize };
        if (!OperatingSystem.IsWindows()) how.UnixCreateMode = OfFile;
        return new FileStream(path, how);
    }
}
