using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Vss.Interlink.Exchange.Bodies;

/// <summary>
/// Makes a rename survive a power cut. POSIX keeps names in the directory, which has to be flushed by itself (fsync(2), NOTES); .NET opens no
/// directories, hence the three calls. On Windows NTFS journals the name with the flush of the file.
/// </summary>
internal static class DirectoryFlush
{
    private const int OpenReadOnly = 0;

    public static void Flush(string directory)
    {
        if (OperatingSystem.IsWindows()) return;
        var handle = Open(directory, OpenReadOnly);
        if (handle < 0) throw Failure("open", directory);
        try
        {
            if (Sync(handle) != 0) throw Failure("fsync", directory);
        }
        finally
        {
            _ = Close(handle);
        }
    }

    private static IOException Failure(string call, string directory) =>
        new($"{call} of '{directory}' failed.", new Win32Exception(Marshal.GetLastPInvokeError()));

    [DllImport("libc", EntryPoint = "open", SetLastError = true, CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Sync(int handle);

    [DllImport("libc", EntryPoint = "close", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Close(int handle);
}
