namespace Vss.Interlink.Connectors.Axis;

/// <summary>A packet on its way: a file without a future, so that memory stays flat and nothing is left behind.</summary>
internal static class PacketFile
{
    public static FileStream Create() =>
        new(Path.Combine(Path.GetTempPath(), "interlink-" + Guid.NewGuid().ToString("N")), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 64 * 1024, FileOptions.DeleteOnClose | FileOptions.Asynchronous);
}
