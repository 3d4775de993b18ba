using Vss.Interlink.XmlSecurity;

namespace Vss.Interlink.Connectors.Axis;

/// <summary>A packet on its way: a file without a name, so that memory stays flat and nothing is left behind, also by a hub that is killed.</summary>
internal static class PacketFile
{
    public static FileStream Create() => ScratchFile.Create(64 * 1024, FileOptions.Asynchronous);
}
