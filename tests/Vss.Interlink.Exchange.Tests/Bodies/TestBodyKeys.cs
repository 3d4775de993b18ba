using System.Security.Cryptography;
using Vss.Interlink.Exchange.Bodies;

namespace Vss.Interlink.Exchange.Tests.Bodies;

/// <summary>Master keys for tests: in memory, or as a file that a test rewrites.</summary>
internal static class TestBodyKeys
{
    public static BodyKeys One { get; } = BodyKeys.Of("test", ("test", RandomNumberGenerator.GetBytes(32)));

    public static string New() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    /// <summary>Writes a key file with the first key current, as its owner alone may read it; gives its URI.</summary>
    public static Uri Write(string path, params (string Id, string Key)[] keys)
    {
        File.WriteAllText(path, $$"""{ "current": "{{keys[0].Id}}", "keys": { {{string.Join(", ", keys.Select(key => $"\"{key.Id}\": \"{key.Key}\""))}} } }""");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return new Uri(path);
    }
}
