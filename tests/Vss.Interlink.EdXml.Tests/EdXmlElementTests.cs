using System.Text;
using static Vss.Interlink.EdXml.Tests.Packets;

namespace Vss.Interlink.EdXml.Tests;

public sealed class EdXmlElementTests
{
    private static EdXmlElement? Parsed(string text, EdXmlLimits? limits = null)
    {
        using var xml = Open(Encoding.UTF8.GetBytes(text));
        Assert.Equal(EdXmlElement.TryRead(xml, out var element, limits), element is not null);
        return element;
    }

    [Fact]
    public void An_extension_survives_as_text_with_everything_in_it()
    {
        var element = new EdXmlElement("X", Q, "a<b") { Attributes = [new("at", "urn:example:1", "v")], Children = [new("Empty", Q), new("Y", "", "y") { Children = [new("Z", "urn:example:2", "z")] }] };

        var text = element.ToXml();

        Assert.Equal(
            $"""<X xmlns="{Q}" xmlns:n1="urn:example:1" n1:at="v">a&lt;b<Empty></Empty><Y xmlns="">y<Z xmlns="urn:example:2">z</Z></Y></X>""", text);
        Assert.Equal(text, Parsed(text)?.ToXml());
    }

    [Fact]
    public void The_namespace_of_the_predecessor_is_reported_as_the_present_one() =>
        Assert.Equal(Q, Parsed($"<X xmlns='{EdXmlNames.EDoc}'/>")?.Namespace);

    [Theory]
    [InlineData("")]
    [InlineData("<a>")]
    [InlineData("<a/><b/>")]
    [InlineData("<!DOCTYPE a><a/>")]
    public void What_is_no_element_is_refused(string text) => Assert.Null(Parsed(text));

    [Fact]
    public void An_element_over_the_limits_is_refused()
    {
        Assert.Null(Parsed("<a><b><c/></b></a>", new EdXmlLimits { Depth = 2 }));
        Assert.Null(Parsed($"<a>{new string('x', 200)}</a>", new EdXmlLimits { HeaderCharacters = 100 }));
    }
}
