using System.Runtime.InteropServices;

namespace Vss.Interlink.Cli;

/// <summary>
/// Opens files that can be read again and again. Opening a FIFO would wait for somebody who writes, perhaps for ever, and a device may never end; .NET tells
/// neither from a file before it opens them, hence the one call.
/// </summary>
internal static class RegularFile
{
    private const int FromWorkingDirectory = -100;   // AT_FDCWD
    private const uint TypeWanted = 1;               // STATX_TYPE
    private const int StructSize = 256;
    private const int ModeAt = 28;                   // stx_mode, the same on every architecture
    private const int TypeMask = 0xF000;
    private const int Regular = 0x8000;
    private const int Folder = 0x4000;

    /// <summary>Opens a file for reading.</summary>
    /// <exception cref="IOException">It is not there, no regular file, or cannot be read; also UnauthorizedAccessException and what a bad path throws.</exception>
    public static FileStream Open(string path)
    {
        ThrowIfOther(path);
        return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan);
    }

    /// <summary>The whole of a small file.</summary>
    /// <inheritdoc cref="Open"/>
    public static byte[] ReadAll(string path)
    {
        ThrowIfOther(path);
        return File.ReadAllBytes(path);
    }

    /// <summary>Refuses what is neither a file nor a folder; what is not there is told by who opens it.</summary>
    /// <exception cref="IOException">A FIFO, a socket or a device.</exception>
    public static void ThrowIfOther(string path)
    {
        if (!OperatingSystem.IsLinux() || path.Length == 0) return;
        var status = new byte[StructSize];
        if (Status(FromWorkingDirectory, path, 0, TypeWanted, status) != 0) return;
        if ((BitConverter.ToUInt16(status, ModeAt) & TypeMask) is not (Regular or Folder)) throw new IOException($"'{path}' is no regular file; give what comes from elsewhere on standard input, as -.");
    }

    [DllImport("libc", EntryPoint = "statx", SetLastError = true, CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Status(int folder, [MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags, uint wanted, [Out] byte[] status);
}
