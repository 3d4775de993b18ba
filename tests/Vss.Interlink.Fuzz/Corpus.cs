namespace Vss.Interlink.Fuzz;

/// <summary>Small documents that inputs are made of: with every construct of XML, and signed in every form.</summary>
internal static class Corpus
{
    /// <summary>In the order of their names, so that a seed means the same everywhere.</summary>
    public static IReadOnlyList<byte[]> Load() =>
        [.. Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "Corpus")).Order(StringComparer.Ordinal).Select(File.ReadAllBytes)];
}
