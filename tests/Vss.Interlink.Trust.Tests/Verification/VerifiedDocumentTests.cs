using System.Reflection;
using System.Text;
using System.Xml;
using Vss.Interlink.TestKit;
using Vss.Interlink.Trust.Verification;
using Vss.Interlink.XmlSecurity;

namespace Vss.Interlink.Trust.Tests.Verification;

/// <summary>From a verified document nobody gets back to the original: whatever can be reached from it is either what was digested or a word about it.</summary>
public sealed class VerifiedDocumentTests : IDisposable
{
    private const string Unsigned = "nobody-signed-this";
    private readonly TestTrust _trust = new();

    public void Dispose() => _trust.Dispose();

    [Fact]
    public void Its_public_surface_reaches_octets_and_words_and_nothing_that_could_lead_elsewhere()
    {
        var reached = new HashSet<Type>();
        Reach(typeof(VerifiedDocument), reached);
        Type[] expected =
        [
            typeof(VerifiedDocument), typeof(Assurance), typeof(Signatory), typeof(Verdict), typeof(Indication), typeof(SubIndication), typeof(Step), typeof(Coverage), typeof(CoverageKind),
            typeof(ReadOnlyMemory<byte>), typeof(IReadOnlyDictionary<string, ReadOnlyMemory<byte>>), typeof(IReadOnlyList<Step>), typeof(IReadOnlyList<Coverage>), typeof(string), typeof(bool),
            typeof(MessageNonce), typeof(DateTimeOffset),
        ];
        Assert.Equal(expected.Select(type => type.ToString()).Order(StringComparer.Ordinal), reached.Select(type => type.ToString()).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Nobody_outside_makes_one_or_changes_one()
    {
        Assert.Empty(typeof(VerifiedDocument).GetConstructors());
        Assert.All(typeof(VerifiedDocument).GetProperties(), property => Assert.False(property.SetMethod?.IsPublic == true, property.Name));
        Assert.Empty(typeof(VerifiedDocument).GetFields());
        Assert.True(typeof(VerifiedDocument).IsSealed);
    }

    [Fact]
    public async Task No_octet_that_was_not_signed_is_among_those_that_it_gives()
    {
        var envelope = "<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'><s:Header/><s:Body><m:Do xmlns:m='urn:m'>signed</m:Do></s:Body></s:Envelope>";
        var signed = XmlTree.Load(await _trust.SoapSigner.SignAsync(Encoding.UTF8.GetBytes(envelope), default));
        var header = (XmlElement)signed.DocumentElement!.FirstChild!;
        header.AppendChild(signed.CreateElement(Unsigned))!.AppendChild(signed.CreateTextNode(Unsigned));
        header.AppendChild(signed.CreateComment(Unsigned));
        var body = (XmlElement)header.NextSibling!;
        body.AppendChild(signed.CreateComment(Unsigned));
        using var octets = new MemoryStream(XmlTree.Octets(signed), writable: false);

        var document = Assert.IsType<VerificationResult.Passed>(_trust.Soap.Verify(octets, new XmlLimits())).Document;

        Assert.DoesNotContain(Unsigned, All(document, []), StringComparison.Ordinal);
    }

    private static void Reach(Type type, HashSet<Type> reached)
    {
        if (!reached.Add(type) || type.IsEnum || type == typeof(string) || type == typeof(bool) || type == typeof(DateTimeOffset) || type == typeof(ReadOnlyMemory<byte>)) return;
        if (type.IsGenericType)
        {
            foreach (var argument in type.GetGenericArguments()) Reach(argument, reached);
            return;
        }

        foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance)) Reach(property.PropertyType, reached);
        foreach (var method in type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly).Where(method => !method.IsSpecialName && method.Name is not ("Equals" or "GetHashCode" or "ToString" or "<Clone>$" or "Deconstruct")))
            Reach(method.ReturnType, reached);
    }

    // Everything that it says, octets as text.
    private static string All(object? value, HashSet<object> seen)
    {
        if (value is null || (!value.GetType().IsValueType && !seen.Add(value))) return "";
        if (value is string or bool or Enum or DateTimeOffset) return value.ToString()!;
        if (value is ReadOnlyMemory<byte> octets) return Encoding.UTF8.GetString(octets.Span);
        if (value is IReadOnlyDictionary<string, ReadOnlyMemory<byte>> parts) return string.Join(' ', parts.Select(part => part.Key + Encoding.UTF8.GetString(part.Value.Span)));
        if (value is System.Collections.IEnumerable several) return string.Join(' ', several.Cast<object>().Select(each => All(each, seen)));
        return string.Join(' ', value.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance).Select(property => All(property.GetValue(value), seen)));
    }
}
