using Vss.Interlink.Connectors.Axis;

namespace Vss.Interlink.Connectors.Tests.Axis;

public sealed class PacketFileTests
{
    [Fact]
    public async Task A_packet_on_its_way_has_no_name_that_a_killed_hub_could_leave_behind()
    {
        Assert.SkipWhen(!OperatingSystem.IsLinux(), "It is asked of /proc.");
        await using var packet = PacketFile.Create();
        await packet.WriteAsync("<edXML/>"u8.ToArray());
        await packet.FlushAsync();

        Assert.EndsWith(" (deleted)", new FileInfo($"/proc/self/fd/{packet.SafeFileHandle.DangerousGetHandle()}").LinkTarget!, StringComparison.Ordinal);
        if (OperatingSystem.IsLinux()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(packet.SafeFileHandle));
    }
}
