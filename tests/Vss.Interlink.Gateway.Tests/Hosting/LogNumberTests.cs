using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using Vss.Interlink.Gateway.Hosting;
using Vss.Interlink.TestKit;

namespace Vss.Interlink.Gateway.Tests.Hosting;

/// <summary>Operators alert by the numbers of log events.</summary>
public sealed partial class LogNumberTests
{
    private static readonly IReadOnlyList<(int Number, MethodInfo Event)> s_events =
    [
        .. Assemblies(typeof(OrderlyStop).Assembly).SelectMany(assembly => assembly.GetTypes())
            .SelectMany(type => type.GetMethods(BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            .Select(method => (method.GetCustomAttribute<LoggerMessageAttribute>()?.EventId, method))
            .Where(one => one.EventId is not null)
            .Select(one => (one.EventId!.Value, one.method)),
    ];

    [Fact]
    public void Each_number_is_one_event_s_alone()
    {
        Assert.True(s_events.Count > 50, "The events were not found.");
        Assert.Empty(s_events.GroupBy(one => one.Number).Where(same => same.Count() > 1).Select(same => $"{same.Key}: {string.Join(", ", same.Select(one => $"{one.Event.DeclaringType}.{one.Event.Name}"))}"));
    }

    [Theory]
    [InlineData("operations.md")]
    [InlineData("partners.md")]
    public void Each_number_that_the_documents_name_is_an_event_s(string document)
    {
        var named = Named().Matches(File.ReadAllText(Path.Combine(Repository.Root, "docs", document))).SelectMany(match => match.Groups["number"].Captures)
            .Select(number => int.Parse(number.Value, CultureInfo.InvariantCulture)).ToHashSet();
        Assert.NotEmpty(named);
        Assert.Empty(named.Except(s_events.Select(one => one.Number)));
    }

    [GeneratedRegex(@"\b[Ll]og (?<number>[1-5]\d{3})\b(?:(?:,| and|;)? (?:and )?(?:then )?(?<number>[1-5]\d{3})\b)*")]
    private static partial Regex Named();

    private static HashSet<Assembly> Assemblies(Assembly root)
    {
        HashSet<Assembly> found = [];
        var next = new Stack<Assembly>([root]);
        while (next.TryPop(out var one))
        {
            if (!found.Add(one)) continue;
            foreach (var name in one.GetReferencedAssemblies().Where(name => name.Name!.StartsWith("Vss.Interlink.", StringComparison.Ordinal))) next.Push(Assembly.Load(name));
        }

        return found;
    }
}
