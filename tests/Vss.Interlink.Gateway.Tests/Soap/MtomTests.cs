using System.Text;
using Vss.Interlink.Gateway.Soap;

namespace Vss.Interlink.Gateway.Tests.Soap;

/// <summary>Attachments beside the envelope: MTOM over multipart/related.</summary>
public sealed class MtomTests : IAsyncLifetime
{
    private SoapHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await SoapHost.StartAsync(("MaxParts", "4"));

    public async ValueTask DisposeAsync() => await _host.DisposeAsync();

    [Theory]
    [InlineData("1.1")]
    [InlineData("1.2")]
    public async Task Parts_are_read_in_place_of_the_elements_that_name_them(string version)
    {
        var soap = Samples.Version(version);
        var message = Samples.Root(soap, Samples.Envelope(soap, Samples.Submit(Samples.Include("a%40test"), Samples.Include("b@test")))) + Samples.Part("a@test", "first") + Samples.Part("b@test", "second") + "--b--\n";
        using var content = Samples.Multipart(soap, message);
        Assert.Equal($"SubmitDossier|{soap}|{Base64("first")}{Base64("second")}", await ReadAsync(content));
    }

    [Fact]
    public async Task The_root_part_may_stand_anywhere_when_start_names_it()
    {
        var message = Samples.Part("a@test", "first") + Samples.Root(SoapVersion.V11, Samples.Envelope(SoapVersion.V11, Samples.Submit(Samples.Include("a@test")))) + "--b--\n";
        using var content = Samples.Multipart(SoapVersion.V11, message);
        Assert.Equal($"SubmitDossier|SOAP 1.1|{Base64("first")}", await ReadAsync(content));
    }

    [Fact]
    public async Task The_first_part_is_the_root_when_nothing_names_it()
    {
        var message = Samples.Root(SoapVersion.V12, Samples.Envelope(SoapVersion.V12, Samples.Submit(Samples.Include("a@test")))) + Samples.Part("a@test", "first") + "--b--\n";
        using var content = Samples.Multipart(SoapVersion.V12, message, "multipart/related; boundary=b; type=\"application/xop+xml\"");
        Assert.Equal($"SubmitDossier|SOAP 1.2|{Base64("first")}", await ReadAsync(content));
    }

    [Fact]
    public async Task A_message_without_its_closing_boundary_is_truncated()
    {
        var whole = Samples.Root(SoapVersion.V11, Samples.Envelope(SoapVersion.V11, Samples.Submit(Samples.Include("a@test")))) + Samples.Part("a@test", "first, and a good deal more of it");
        await RefusedAsync(whole, "TRUNCATED");
        await RefusedAsync(whole[..^20], "TRUNCATED");
        await RefusedAsync("", "TRUNCATED");
    }

    [Theory]
    [InlineData("a@test", "b@test")]
    [InlineData("a@test", null)]
    public async Task A_part_that_is_named_and_not_there_is_a_mismatch(string named, string? there)
    {
        var message = Samples.Root(SoapVersion.V12, Samples.Envelope(SoapVersion.V12, Samples.Submit(Samples.Include(named)))) + (there is null ? "" : Samples.Part(there, "x")) + "--b--\n";
        await RefusedAsync(message, "ATTACHMENT_MISMATCH", SoapVersion.V12);
    }

    [Fact]
    public async Task A_part_that_nothing_names_would_be_unsigned_and_is_refused() =>
        await RefusedAsync(Samples.Root(SoapVersion.V11, Samples.Envelope(SoapVersion.V11)) + Samples.Part("a@test", "x") + "--b--\n", "ATTACHMENT_MISMATCH");

    [Theory]
    [InlineData("a@test")]
    [InlineData("root@test")]
    public async Task Two_parts_of_one_id_are_refused(string second) => await RefusedAsync(
        Samples.Root(SoapVersion.V11, Samples.Envelope(SoapVersion.V11, Samples.Submit(Samples.Include("a@test")))) + Samples.Part("a@test", "x") + Samples.Part(second, "y") + "--b--\n",
        "ATTACHMENT_MISMATCH");

    [Fact]
    public async Task One_part_behind_two_includes_is_refused_because_it_would_grow_without_bound() => await RefusedAsync(
        Samples.Root(SoapVersion.V11, Samples.Envelope(SoapVersion.V11, Samples.Submit(Samples.Include("a@test"), Samples.Include("a@test")))) + Samples.Part("a@test", "x") + "--b--\n",
        "ATTACHMENT_MISMATCH");

    [Fact]
    public async Task An_include_outside_of_a_multipart_message_names_nothing()
    {
        using var content = Samples.Content(SoapVersion.V11, Samples.Envelope(SoapVersion.V11, Samples.Submit(Samples.Include("a@test"))));
        using var response = await _host.Client.PostAsync(SoapHost.Path, content);
        Assert.Equal("ATTACHMENT_MISMATCH", (await SeenFault.OfAsync(response)).Name);
    }

    [Theory]
    [InlineData("text{0}")]
    [InlineData("{0}text")]
    [InlineData(" {0}")]
    [InlineData("<!--c-->{0}")]
    [InlineData("{0}<!--c-->")]
    [InlineData("{0}<i:More/>")]
    [InlineData("<i:More/>{0}")]
    public async Task An_include_with_anything_beside_it_is_malformed(string content)
    {
        var beside = $"<i:Content>{string.Format(System.Globalization.CultureInfo.InvariantCulture, content, Samples.Include("a@test").Replace("<i:Content>", "", StringComparison.Ordinal).Replace("</i:Content>", "", StringComparison.Ordinal))}</i:Content>";
        await RefusedAsync(Samples.Root(SoapVersion.V11, Samples.Envelope(SoapVersion.V11, Samples.Submit(beside))) + Samples.Part("a@test", "x") + "--b--\n", "MALFORMED");
    }

    [Fact]
    public async Task An_include_inside_another_is_malformed()
    {
        const string nested = """<i:Content><x:Include xmlns:x="http://www.w3.org/2004/08/xop/include" href="cid:a@test"><x:Include href="cid:b@test"/></x:Include></i:Content>""";
        await RefusedAsync(Samples.Root(SoapVersion.V11, Samples.Envelope(SoapVersion.V11, Samples.Submit(nested))) + Samples.Part("a@test", "x") + Samples.Part("b@test", "y") + "--b--\n", "MALFORMED");
    }

    [Fact]
    public async Task An_include_to_another_place_is_never_followed()
    {
        var include = """<i:Content><xop:Include xmlns:xop="http://www.w3.org/2004/08/xop/include" href="http://127.0.0.1:1/secret"/></i:Content>""";
        await RefusedAsync(Samples.Root(SoapVersion.V11, Samples.Envelope(SoapVersion.V11, Samples.Submit(include))) + "--b--\n", "ATTACHMENT_MISMATCH");
    }

    [Fact]
    public async Task More_parts_than_the_limit_are_refused()
    {
        var names = Enumerable.Range(1, 4).Select(number => $"p{number}@test").ToList();
        var message = Samples.Root(SoapVersion.V11, Samples.Envelope(SoapVersion.V11, Samples.Submit([.. names.Select(Samples.Include)]))) + string.Concat(names.Select(name => Samples.Part(name, "x"))) + "--b--\n";
        await RefusedAsync(message, "LIMIT_EXCEEDED");
    }

    [Theory]
    [InlineData("X-Long: ", 20_000)]
    [InlineData("X-Many: 1\nX-Other", 0)]
    public async Task Headers_of_a_part_out_of_measure_or_form_are_refused(string header, int length)
    {
        var part = $"--b\nContent-ID: <a@test>\n{header}{new string('x', length)}\n\nx\n";
        await RefusedAsync(Samples.Root(SoapVersion.V11, Samples.Envelope(SoapVersion.V11, Samples.Submit(Samples.Include("a@test")))) + part + "--b--\n", length > 0 ? "LIMIT_EXCEEDED" : "MALFORMED");
    }

    [Theory]
    [InlineData("Content-Type: multipart/mixed; boundary=c")]
    [InlineData("Content-Transfer-Encoding: base64")]
    public async Task A_part_that_would_have_to_be_decoded_again_is_refused(string header)
    {
        var part = $"--b\nContent-ID: <a@test>\n{header}\n\nx\n";
        await RefusedAsync(Samples.Root(SoapVersion.V11, Samples.Envelope(SoapVersion.V11, Samples.Submit(Samples.Include("a@test")))) + part + "--b--\n", "UNSUPPORTED_MEDIA_TYPE");
    }

    [Fact]
    public async Task The_root_part_is_held_to_its_charset_too() => await RefusedAsync(
        Samples.Root(SoapVersion.V11, Samples.Envelope(SoapVersion.V11)).Replace("UTF-8", "windows-1258", StringComparison.Ordinal) + "--b--\n", "UNSUPPORTED_CHARSET");

    private async Task<string> ReadAsync(HttpContent content)
    {
        using var response = await _host.Client.PostAsync(SoapHost.ReadPath, content);
        return await response.Content.ReadAsStringAsync();
    }

    private async Task RefusedAsync(string message, string name, SoapVersion? version = null)
    {
        using var content = Samples.Multipart(version ?? SoapVersion.V11, message);
        using var response = await _host.Client.PostAsync(SoapHost.Path, content);
        var fault = await SeenFault.OfAsync(response);
        Assert.Equal((name, (version ?? SoapVersion.V11).Namespace), (fault.Name, fault.EnvelopeNamespace));
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
