using System.Collections;
using System.Reflection;
using Microsoft.Extensions.Configuration.Json;
using Vss.Interlink.Connectors.Axis;
using Vss.Interlink.Exchange;
using Vss.Interlink.Gateway.Soap;
using Vss.Interlink.Trust;

namespace Vss.Interlink.Gateway.Hosting;

/// <summary>Where settings come from, and which there are: a mistyped one would be one that is not kept.</summary>
internal static class Settings
{
    public const string Usage = "Usage: interlink-gateway --config FILE [--SECTION:SETTING VALUE]...";

    private const string Axis = "Partners:Axis";

    private static readonly (string Section, Type Options)[] s_sections =
        [("Hosting", typeof(EdgeOptions)), ("Trust", typeof(TrustOptions)), ("Exchange", typeof(ExchangeOptions)), ("Soap", typeof(SoapOptions)), (Axis, typeof(AxisConnectorOptions))];

    // The sections of the hub, and what the framework reads.
    private static readonly string[] s_top = ["Hosting", "Trust", "Exchange", "Soap", "Partners", "Logging", "AllowedHosts"];

    /// <summary>Whether each argument is an option with its value. What is neither would be passed over.</summary>
    public static bool AreOptions(IReadOnlyList<string> args)
    {
        for (var at = 0; at < args.Count; at++)
            if (!args[at].StartsWith("--", StringComparison.Ordinal) || (!args[at].Contains('=', StringComparison.Ordinal) && ++at == args.Count)) return false;
        return true;
    }

    /// <summary>Reads the file named by <c>--config</c>, below environment variables and the command line.</summary>
    /// <returns>Why it cannot be read; null when it was, or none is named.</returns>
    public static string? AddConfigurationFile(this WebApplicationBuilder builder, string[] args)
    {
        if (builder.Configuration["config"] is not { Length: > 0 } file) return null;
        try
        {
            builder.Configuration.AddJsonFile(Path.GetFullPath(file), optional: false).AddEnvironmentVariables().AddCommandLine(args);
            return null;
        }
        catch (Exception failed) when (failed is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            return $"The configuration file '{file}' cannot be read: {failed.GetBaseException().Message}";
        }
    }

    /// <summary>Names what is set and is no setting, or no section; one sentence each. Above the sections only files are looked at: the environment has much that is not the hub's.</summary>
    public static IReadOnlyList<string> Unknown(IConfigurationRoot configuration)
    {
        List<string> unknown = [];
        foreach (var name in configuration.Providers.OfType<JsonConfigurationProvider>().SelectMany(file => file.GetChildKeys([], null)).Distinct(StringComparer.OrdinalIgnoreCase))
            if (!s_top.Contains(name, StringComparer.OrdinalIgnoreCase) && !IsKestrel(name)) unknown.Add($"{name} is no section. There are: {string.Join(", ", s_top[..^1])}.");
        if (configuration.GetSection("Kestrel").Exists()) unknown.Add("Kestrel is no section of a hub: it listens at Hosting:Partners and Hosting:Inside, and nowhere else.");
        foreach (var partner in configuration.GetSection("Partners").GetChildren().Where(child => !child.Path.Equals(Axis, StringComparison.OrdinalIgnoreCase))) unknown.Add($"{partner.Path} is no section. There is {Axis}.");
        foreach (var (section, options) in s_sections) Look(configuration.GetSection(section), options, unknown);
        foreach (var level in Levels(configuration.GetSection("Logging")).Where(level => !Enum.TryParse<LogLevel>(level.Value, ignoreCase: true, out _)))
            unknown.Add($"{level.Path} is '{level.Value}', and must be one of {string.Join(", ", Enum.GetNames<LogLevel>())}.");
        return unknown;

        static bool IsKestrel(string name) => name.Equals("Kestrel", StringComparison.OrdinalIgnoreCase);
    }

    private static void Look(IConfigurationSection section, Type type, List<string> unknown)
    {
        if (ElementOf(type) is { } element)
        {
            if (section.Value is { Length: > 0 }) unknown.Add($"{section.Path} is one value, and must be a list or section.");
            foreach (var one in section.GetChildren()) Look(one, element, unknown);
        }
        else if (type.Assembly.GetName().Name!.StartsWith("Vss.Interlink.", StringComparison.Ordinal) || type.Assembly == typeof(Settings).Assembly)
        {
            if (type.IsEnum) return;
            if (section.Value is { Length: > 0 }) unknown.Add($"{section.Path} is one value, and must be a section.");
            var properties = type.GetProperties(BindingFlags.Public | BindingFlags.Instance);
            foreach (var child in section.GetChildren())
            {
                if (Array.Find(properties, property => property.Name.Equals(child.Key, StringComparison.OrdinalIgnoreCase)) is { } property) Look(child, Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType, unknown);
                else unknown.Add($"{child.Path} is no setting. In {section.Path} there are: {string.Join(", ", properties.Select(one => one.Name))}.");
            }
        }
        else if (section.GetChildren().Any())
        {
            unknown.Add($"{section.Path} is a section or list, and must be one value.");
        }
    }

    private static Type? ElementOf(Type type) => type != typeof(string) && type.IsGenericType && typeof(IEnumerable).IsAssignableFrom(type) ? type.GetGenericArguments()[^1] : null;

    private static IEnumerable<IConfigurationSection> Levels(IConfigurationSection logging) =>
        logging.GetChildren().SelectMany(child => child.Key.Equals("LogLevel", StringComparison.OrdinalIgnoreCase) ? child.GetChildren() : Levels(child));
}
