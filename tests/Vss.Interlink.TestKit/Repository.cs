namespace Vss.Interlink.TestKit;

/// <summary>The checkout that the tests run in, for tests that hold documents and published files to the code.</summary>
public static class Repository
{
    public static string Root { get; } = Find(AppContext.BaseDirectory);

    private static string Find(string from)
    {
        for (var at = new DirectoryInfo(from); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "Vss.Interlink.sln"))) return at.FullName;
        }

        throw new DirectoryNotFoundException($"There is no Vss.Interlink.sln above '{from}'.");
    }
}
