using Vss.Interlink.XmlSecurity.Canonical;

namespace Vss.Interlink.XmlSecurity.Tests.Canonical;

/// <summary>Canonical XML 1.1 section 2.4 and appendix A.</summary>
public sealed class XmlBaseTests
{
    [Theory]
    [InlineData("x/../y", "y")]
    [InlineData("x/..", "")]
    [InlineData("x/../", "")]
    [InlineData("x/../..", "../")]
    [InlineData("x/../../", "../")]
    [InlineData("../../x/../..", "../../../")]
    [InlineData("..", "../")]
    [InlineData("../..", "../../")]
    [InlineData(".", "")]
    [InlineData("./.", "")]
    [InlineData("x/.././/y/z", "y/z")]
    [InlineData("x/y//..//.///z", "x/z")]
    [InlineData("x/y/../z/v/w/../..", "x/z/")]
    [InlineData("..x/..y/../z..", "..x/z..")]
    [InlineData("...", "...")]
    [InlineData("/", "/")]
    [InlineData("/..", "/")]
    [InlineData("/../../", "/")]
    [InlineData("//x/..", "/")]
    [InlineData("/./x/../y/.", "/y/")]
    [InlineData("/x/./../../y", "/y")]
    [InlineData("", "")]
    public void Segments_of_dots_are_removed_and_those_that_lead_upwards_stay(string path, string result) => Assert.Equal(result, XmlBase.WithoutDots(path));

    [Theory]
    [InlineData("x/", "../", "")]
    [InlineData("../", "../", "../../")]
    [InlineData("..", "..", "../../")]
    [InlineData("..", "../x", "../../x")]
    [InlineData("x/y", "z/", "x/z/")]
    [InlineData("x", "", "x")]
    [InlineData("x/y?q", "", "x/y?q")]
    [InlineData("x/y?q", "?r", "x/y?r")]
    [InlineData("x/", "y?q#f", "x/y?q")]
    [InlineData("x/", "#f", "x/")]
    [InlineData("x#f", "y", "y")]
    [InlineData("http://h.example/x/y;p?q", "z", "http://h.example/x/z")]
    [InlineData("http://h.example/x/y", "/z/./v", "http://h.example/z/v")]
    [InlineData("http://h.example/x/y", "//i.example/z/..", "http://i.example/")]
    [InlineData("http://h.example", "z", "http://h.example/z")]
    [InlineData("http://h.example/x/y", "../../../z", "http://h.example/z")]
    [InlineData("anything", "urn:x", "urn:x")]
    [InlineData("x/", "mailto:a@b.example", "mailto:a@b.example")]
    [InlineData("x//y/", "z", "x/y/z")]
    public void Values_are_joined_as_references_are_resolved(string outer, string inner, string joined) => Assert.Equal(joined, XmlBase.Join(outer, inner));
}
