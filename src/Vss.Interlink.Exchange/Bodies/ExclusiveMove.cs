using System.Runtime.InteropServices;

namespace Vss.Interlink.Exchange.Bodies;

/// <summary>
/// Moves a file to a name that nobody has, in one step. rename(2) replaces, and .NET looks before it renames, which leaves a moment in between; link(2) fails where the name is taken. On Windows
/// the system's own move does.
/// </summary>
internal static class ExclusiveMove
{
    /// <summary>False: the name is taken, and the file is where it was.</summary>
    /// <exception cref="IOException">It cannot be moved.</exception>
    public static bool Try(string file, string name)
    {
        if (OperatingSystem.IsWindows() || Link(file, name) != 0)
        {
            try
            {
                File.Move(file, name, overwrite: false);   // says why, and serves volumes without links
                return true;
            }
            catch (IOException) when (File.Exists(name))
            {
                return false;
            }
        }

        File.Delete(file);
        return true;
    }

    [DllImport("libc", EntryPoint = "link", CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Link([MarshalAs(UnmanagedType.LPUTF8Str)] string file, [MarshalAs(UnmanagedType.LPUTF8Str)] string name);
}
