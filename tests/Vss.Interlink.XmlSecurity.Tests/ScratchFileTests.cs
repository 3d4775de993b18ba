namespace Vss.Interlink.XmlSecurity.Tests;

public sealed class ScratchFileTests
{
    [Fact]
    public void While_it_is_open_the_folder_has_no_entry_of_it_and_only_its_owner_may_open_it()
    {
        Assert.SkipWhen(!OperatingSystem.IsLinux(), "It is asked of /proc.");
        using var file = ScratchFile.Create(bufferSize: 0);
        file.Write("a dossier"u8);

        var place = new FileInfo($"/proc/self/fd/{file.SafeFileHandle.DangerousGetHandle()}").LinkTarget!;
        Assert.StartsWith(Path.GetTempPath(), place, StringComparison.Ordinal);
        Assert.EndsWith(" (deleted)", place, StringComparison.Ordinal);
        Assert.False(File.Exists(place[..^" (deleted)".Length]));
        if (OperatingSystem.IsLinux()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file.SafeFileHandle));
    }

    [Fact]
    public void What_was_written_is_read_again()
    {
        using var file = ScratchFile.Create(bufferSize: 4096);
        file.Write("a dossier"u8);
        file.Position = 0;
        using var text = new StreamReader(file);
        Assert.Equal("a dossier", text.ReadToEnd());
    }
}
