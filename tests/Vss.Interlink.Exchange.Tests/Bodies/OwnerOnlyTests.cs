using Vss.Interlink.Exchange.Bodies;

namespace Vss.Interlink.Exchange.Tests.Bodies;

public sealed class OwnerOnlyTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_name_of_each_folder_that_is_made_is_flushed_in_the_folder_above_it_from_the_top()
    {
        var data = _folder["data"];
        List<string> flushed = [];
        OwnerOnly.MakeFolder(Path.Combine(data, "bodies", "incoming") + Path.DirectorySeparatorChar, above =>
        {
            Assert.NotEmpty(Directory.GetDirectories(above));   // the name is there to be flushed
            flushed.Add(above);
        });
        Assert.Equal([_folder.Path, data, Path.Combine(data, "bodies")], flushed);

        OwnerOnly.MakeFolder(Path.Combine(data, "bodies", "leaving"), flushed.Add);
        OwnerOnly.MakeFolder(data, flushed.Add);
        Assert.Equal(Path.Combine(data, "bodies"), Assert.Single(flushed[3..]));
    }

    [Fact]
    public void A_file_that_is_there_is_left_as_it_is_and_one_that_cannot_be_made_is_said()
    {
        File.WriteAllText(_folder["there"], "content");
        OwnerOnly.MakeFile(_folder["there"]);
        Assert.Equal("content", File.ReadAllText(_folder["there"]));
        Assert.ThrowsAny<IOException>(() => OwnerOnly.MakeFile(_folder["nowhere/file"]));
    }
}
