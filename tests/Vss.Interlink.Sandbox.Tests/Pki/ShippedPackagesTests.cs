using System.Text.Json;
using System.Xml.Linq;
using Vss.Interlink.TestKit;

namespace Vss.Interlink.Sandbox.Tests.Pki;

/// <summary>The authority's library has known advisories and serves the sandbox alone.</summary>
public sealed class ShippedPackagesTests
{
    private const string Library = "BouncyCastle";

    [Fact]
    public void No_project_that_ships_refers_to_the_sandbox_or_to_BouncyCastle()
    {
        foreach (var project in Shipped())
        {
            var references = XDocument.Load(project).Descendants().Where(item => item.Name.LocalName is "PackageReference" or "ProjectReference").Select(item => (string?)item.Attribute("Include") ?? "");
            Assert.DoesNotContain(references, reference => reference.Contains(Library, StringComparison.OrdinalIgnoreCase) || reference.Contains(".Sandbox", StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData("Gateway")]
    [InlineData("Cli")]
    public void Nothing_that_ships_gets_BouncyCastle_through_a_package(string project)
    {
        var libraries = Restored(project);
        Assert.Contains(libraries, name => name.StartsWith("Google.Protobuf/", StringComparison.Ordinal));
        Assert.Contains(libraries, name => name.StartsWith("Vss.Interlink.Trust/", StringComparison.Ordinal));
        Assert.DoesNotContain(libraries, name => name.Contains(Library, StringComparison.OrdinalIgnoreCase));
        Assert.Contains(Restored("Sandbox"), name => name.StartsWith("Portable.BouncyCastle/", StringComparison.Ordinal));   // what is looked for would be found
    }

    private static List<string> Shipped()
    {
        var projects = Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.csproj", SearchOption.AllDirectories).Where(project => !project.EndsWith(".Sandbox.csproj", StringComparison.Ordinal)).ToList();
        Assert.True(projects.Count >= 9);
        return projects;
    }

    // The whole graph of packages and projects, as restored.
    private static List<string> Restored(string project)
    {
        using var assets = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Repository.Root, "src", $"Vss.Interlink.{project}", "obj", "project.assets.json")));
        return [.. assets.RootElement.GetProperty("libraries").EnumerateObject().Select(library => library.Name)];
    }
}
