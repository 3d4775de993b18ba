using System.CommandLine;
using System.Security.Cryptography.X509Certificates;
using Vss.Interlink.Trust.Certificates;

namespace Vss.Interlink.Cli;

/// <summary>Options that name certificate files or folders of them, and what they hold.</summary>
internal static class CertificateFiles
{
    /// <summary>An option that may be given several times, one path each.</summary>
    public static Option<string[]> Option(string name, string helpName, string description, bool required = false)
    {
        var option = new Option<string[]>(name) { Description = description, HelpName = helpName, Arity = ArgumentArity.OneOrMore, AllowMultipleArgumentsPerToken = false, Required = required };
        if (!required) option.DefaultValueFactory = _ => [];   // a default would make it optional
        return option;
    }

    /// <exception cref="UsageException">A path that names nothing readable: half a trust store is none.</exception>
    public static IReadOnlyList<X509Certificate2> Read(string option, IEnumerable<string> paths) => Read(option, paths, TrustStore.Certificates, "certificate (.pem, .crt, .cer, .der, .p7b)");

    /// <summary>What each path holds, by one of Trust's readers.</summary>
    /// <param name="option">Named in the refusal.</param>
    /// <param name="paths">Files and folders.</param>
    /// <param name="read">Reads one of them.</param>
    /// <param name="what">Named when a folder has none; null where none is as good as any: then nothing is known, and the verdict says so.</param>
    /// <exception cref="UsageException">As above.</exception>
    public static IReadOnlyList<T> Read<T>(string option, IEnumerable<string> paths, Func<string, IReadOnlyList<T>> read, string? what)
    {
        var all = new List<T>();
        foreach (var path in paths)
        {
            try
            {
                RegularFile.ThrowIfOther(path);
                var found = read(path);
                if (found.Count == 0 && what is not null) throw new UsageException($"{option}: '{path}' holds no {what}.");
                all.AddRange(found);
            }
            catch (Exception unreadable) when (unreadable is IOException or InvalidDataException or UnauthorizedAccessException or ArgumentException)
            {
                throw new UsageException($"{option}: {unreadable.Message}", unreadable);
            }
        }

        return all;
    }
}
