using System.Text;
using System.Text.Json;

namespace Vss.Interlink.Cli.Tests.Cms;

/// <summary><c>interlink verify</c> from the outside, on what <c>openssl cms</c> made.</summary>
public sealed class VerifyMessageTests(OpenSslMessages messages) : IClassFixture<OpenSslMessages>
{
    [Theory]
    [InlineData("-binary -nodetach", "CMS")]
    [InlineData("-binary -nodetach -cades", "CAdES")]
    [InlineData("-binary -nodetach -noattr", "CMS")]
    [InlineData("-binary -nodetach -keyid", "CMS")]
    [InlineData("-binary -nodetach -stream -indef", "CMS")]
    [InlineData("-binary -nodetach -md sha512", "CMS")]
    [InlineData("-binary -nodetach -keyopt rsa_padding_mode:pss", "CMS")]
    [InlineData("-binary -nodetach -keyopt rsa_padding_mode:pss -keyopt rsa_pss_saltlen:32 -keyopt rsa_mgf1_md:sha512", "CMS")]
    [InlineData("-binary -nodetach -signer ec.pem -inkey ec.key -md sha384", "CMS")]
    [InlineData("-binary -nodetach -outform PEM", "CMS")]
    [InlineData("-nodetach -outform SMIME", "CMS")]
    [InlineData("-outform SMIME", "CMS")]
    [InlineData("-text -outform SMIME", "CMS")]
    [InlineData("-outform SMIME -to a@example.vn -from b@example.vn -subject c", "CMS")]
    [InlineData("-binary -nodetach -md sha3-256", "CMS")]
    public async Task What_openssl_signs_passes(string options, string format)
    {
        var signature = await JudgedAsync(0, null, [messages.Sign("signed", options), .. Trust]);
        Assert.Equal((format, "intact", "full"), (Text(signature, "format"), Text(signature, "integrity"), Text(signature, "scope")));
        Assert.Equal("whole-document", Text(signature.GetProperty("coverage")[0], "kind"));
    }

    [Fact]
    public async Task A_content_beside_the_message_is_given_by_name()
    {
        var message = messages.Sign("detached", "-binary -cades");
        var signature = await JudgedAsync(0, null, [message, "--content", messages.PathOf("content"), .. Trust]);
        Assert.Equal(("external", messages.PathOf("content"), "B"), (Text(signature.GetProperty("coverage")[0], "kind"), Text(signature.GetProperty("coverage")[0], "ref"), Text(signature, "level")));
        await JudgedAsync(1, "HASH_FAILURE", [message, "--content", messages.PathOf("other"), .. Trust]);
        await JudgedAsync(2, "SIGNED_DATA_NOT_FOUND", [message, .. Trust]);
    }

    [Fact]
    public async Task Several_signers_stand_in_the_report_and_the_worst_counts()
    {
        var message = messages.Sign("two", "-binary -nodetach -signer ec.pem -inkey ec.key -signer revoked.pem -inkey revoked.key");
        var run = await Interlink.RunAsync(["verify", message, "--trust", messages.PathOf("root.pem"), "--crl", messages.PathOf("root.crl"), "--json"]);
        Assert.Equal((2, "REVOKED_NO_POE"), (run.ExitCode, run.Json.GetProperty("subIndication").GetString()));
        Assert.Equal(["INDETERMINATE", "TOTAL-PASSED"], run.Json.GetProperty("signatures").EnumerateArray().Select(signature => Text(signature, "indication")).Order());
    }

    [Theory]
    [InlineData(2, "CRYPTO_CONSTRAINTS_FAILURE", "-binary -nodetach -md sha1", "")]
    [InlineData(0, null, "-binary -nodetach -md sha1", "--policy legacy")]
    [InlineData(2, "CRYPTO_CONSTRAINTS_FAILURE", "-binary -nodetach -md md5", "--policy legacy")]
    [InlineData(2, "CRYPTO_CONSTRAINTS_FAILURE", "-binary -nodetach -signer short.pem -inkey short.key", "")]
    [InlineData(0, null, "-binary -nodetach -signer short.pem -inkey short.key", "--policy legacy")]
    [InlineData(2, "CRYPTO_CONSTRAINTS_FAILURE", "-binary -nodetach -signer brainpool.pem -inkey brainpool.key", "")]
    [InlineData(2, "CRYPTO_CONSTRAINTS_FAILURE", "-binary -nodetach -md sha224", "")]
    [InlineData(2, "NO_SIGNING_CERTIFICATE_FOUND", "-binary -nodetach -nocerts", "")]
    [InlineData(0, null, "-binary -nodetach -nocerts", "--extra-certs rsa.pem")]
    [InlineData(0, null, "-binary -nodetach", "--pubkey rsa.pem")]
    [InlineData(1, "SIG_CRYPTO_FAILURE", "-binary -nodetach", "--pubkey short.pem")]
    [InlineData(2, "CRYPTO_CONSTRAINTS_FAILURE", "-binary -nodetach", "--pubkey ec.pem")]
    [InlineData(2, "OUT_OF_BOUNDS_NO_POE", "-binary -nodetach", "--at 2050-01-01T00:00:00Z")]
    [InlineData(0, null, "-binary -nodetach", "--require whole-document")]
    [InlineData(2, "SIG_CONSTRAINTS_FAILURE", "-binary -nodetach", "--require id")]
    [InlineData(0, null, "-binary -nodetach", "--content content")]
    public async Task A_message_is_judged_by_what_is_asked(int exitCode, string? reason, string options, string asked) =>
        await JudgedAsync(exitCode, reason, [messages.Sign("asked", options), .. Trust, .. messages.Words(asked)]);

    [Fact]
    public async Task Another_content_than_the_one_in_the_message_was_not_signed()
    {
        var message = messages.Sign("attached", "-binary -nodetach");
        await JudgedAsync(1, "HASH_FAILURE", [message, .. Trust, "--content", messages.PathOf("other")]);
        await JudgedAsync(0, null, [message, .. Trust, "--content", messages.PathOf("content")]);
        Assert.Equal(64, (await Interlink.RunAsync("verify", messages.Sign("mime", "-outform SMIME"), "--content", messages.PathOf("content"))).ExitCode);
    }

    [Fact]
    public async Task A_message_has_no_content_by_name()
    {
        foreach (var options in new[] { "-binary -nodetach", "-binary", "-outform SMIME" })
        {
            var run = await Interlink.RunAsync(["verify", messages.Sign("named", options), .. Trust, "--detached", $"content={messages.PathOf("content")}"]);
            Assert.Equal(64, run.ExitCode);
            Assert.Contains("--content", run.Error, StringComparison.Ordinal);
        }
    }

    public static TheoryData<string> Forms =>
    [
        "base64", "base64 on one line", "base64 behind a byte order mark", "base64 with CR LF", "PEM behind text", "PEM behind much text", "PEM behind a certificate", "PEM with CR", "PEM with CR LF and spaces", "PEM behind a byte order mark",
        "PEM on one line", "PEM before text", "DER and LF", "DER and CR LF", "DER and zeros", "mail of many fields",
    ];

    // RFC 7468 section 2, and what mail programs, portals and editors make of a message.
    [Theory]
    [MemberData(nameof(Forms))]
    public async Task A_message_may_come_as_text(string form)
    {
        var run = await Interlink.RunAsync(Formed(form), ["verify", "-", .. Trust, "--json"]);
        Assert.True(run.ExitCode == 0, run.Out + run.Error);
    }

    [Theory]
    [InlineData("two messages", "cms.armour", "several messages")]
    [InlineData("PEM with another end", "cms.armour", "does not end")]
    [InlineData("PEM without an end", "cms.armour", "does not end")]
    [InlineData("PEM with something between", "cms.armour", "")]
    [InlineData("base64 with something behind", "input.format", "CMS")]
    [InlineData("base64 of something else", "input.format", "CMS")]
    [InlineData("DER and an empty line", "cms.structure", "octets behind")]
    [InlineData("text", "input.format", "CMS")]
    public async Task What_is_read_in_two_ways_or_not_at_all_is_named(string form, string rule, string detail)
    {
        var run = await Interlink.RunAsync(Formed(form), ["verify", "-", "--json"]);
        Assert.True(run.ExitCode == 65, run.Out + run.Error);
        var error = run.Json.GetProperty("errors")[0];
        Assert.Equal(rule, Text(error, "rule"));
        Assert.Contains(detail, Text(error, "detail"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Standard_input_is_a_message_too()
    {
        foreach (var options in new[] { "-binary -nodetach", "-binary -nodetach -outform PEM" })
        {
            var run = await Interlink.RunAsync(await File.ReadAllBytesAsync(messages.Sign("input", options)), ["verify", "-", .. Trust]);
            Assert.True(run.ExitCode == 0, run.Out + run.Error);
        }
    }

    [Theory]
    [InlineData(3, "crl2pkcs7 -nocrl -certfile root.pem -outform DER", "sig.present")]
    [InlineData(65, "cms -encrypt -in content -outform DER -recip rsa.pem", "cms.structure")]
    [InlineData(65, "x509 -in root.pem -outform DER", "cms.structure")]
    [InlineData(65, "x509 -in root.pem", "cms.armour")]
    [InlineData(65, "ts -query -data content", "cms.structure")]
    public async Task What_is_no_signed_message_is_named(int exitCode, string made, string rule)
    {
        messages.Run([.. messages.Words(made), "-out", messages.PathOf("made")]);
        var run = await Interlink.RunAsync("verify", messages.PathOf("made"), "--json");
        Assert.True(exitCode == run.ExitCode, run.Out + run.Error);
        Assert.Equal(rule, run.Json.GetProperty("errors")[0].GetProperty("rule").GetString());
    }

    [Fact]
    public async Task Time_stamps_are_judged_elsewhere()
    {
        using var authority = new TestKit.Pki.OpenSslTimeStamps(messages.Root, OpenSslMessages.Current);
        var response = authority.Stamp([1]).Response;
        foreach (var octets in new[] { response, authority.Token(response) })
        {
            var run = await Interlink.RunAsync(octets, ["verify", "-", "--json"]);
            Assert.Equal(65, run.ExitCode);
            Assert.Contains("tsp verify", run.Json.GetProperty("errors")[0].GetProperty("remedy").GetString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Any_beginning_of_a_message_and_any_octet_more_is_no_message()
    {
        var whole = await File.ReadAllBytesAsync(messages.Sign("whole", "-binary -nodetach"));
        foreach (var cut in new[] { whole[..40], whole[..(whole.Length / 2)], whole[..^1], [.. whole, 1] }) Assert.Equal(65, (await Interlink.RunAsync(cut, ["verify", "-"])).ExitCode);
    }

    private byte[] Formed(string form)
    {
        var der = File.ReadAllBytes(messages.Sign("formed", "-binary -nodetach"));
        var lines = Convert.ToBase64String(der, Base64FormattingOptions.InsertLineBreaks).ReplaceLineEndings("\n");
        var pem = $"-----BEGIN CMS-----\n{lines}\n-----END CMS-----\n";
        const string mark = "\u00EF\u00BB\u00BF";
        return form switch
        {
            "DER and LF" => [.. der, (byte)'\n'],
            "DER and CR LF" => [.. der, (byte)'\r', (byte)'\n'],
            "DER and zeros" => [.. der, 0, 0, 0],
            "DER and an empty line" => [.. der, (byte)'\n', (byte)'\n'],
            _ => Encoding.Latin1.GetBytes(form switch
            {
                "base64" => lines + "\n",
                "base64 on one line" => Convert.ToBase64String(der),
                "base64 behind a byte order mark" => mark + lines,
                "base64 with CR LF" => lines.ReplaceLineEndings("\r\n"),
                "base64 with something behind" => lines + "\n-- \nsent by mail\n",
                "base64 of something else" => Convert.ToBase64String(new byte[300]),
                "PEM behind text" => $"Subject: decision 12\nSigned by: the agency\n\n  {pem}",
                "PEM behind much text" => string.Concat(Enumerable.Repeat("a line of explanation\n", 1000)) + pem,
                "PEM behind a certificate" => File.ReadAllText(messages.PathOf("rsa.pem")) + "\n" + pem,
                "PEM with CR" => pem.ReplaceLineEndings("\r"),
                "PEM with CR LF and spaces" => "\r\n" + pem.Replace("\n", " \t\r\n", StringComparison.Ordinal),
                "PEM behind a byte order mark" => mark + pem,
                "PEM on one line" => $"-----BEGIN PKCS7-----\n{Convert.ToBase64String(der)}\n-----END PKCS7-----",
                "PEM before text" => pem + "sent by mail\n",
                "PEM with another end" => pem.Replace("END CMS", "END PKCS7", StringComparison.Ordinal),
                "PEM without an end" => pem[..pem.IndexOf("-----END", StringComparison.Ordinal)],
                "PEM with something between" => pem.Replace("\n-----END", "\n!\n-----END", StringComparison.Ordinal),
                "two messages" => pem + pem,
                "mail of many fields" => string.Concat(Enumerable.Repeat("Received: from a.example.vn by b.example.vn; Sat, 21 Nov 2026 09:00:00 +0700\n", 40)) + "Content-Type: application/pkcs7-mime; smime-type=signed-data\nContent-Transfer-Encoding: base64\n\n" + lines,
                _ => "no message at all",
            }),
        };
    }

    private string[] Trust => ["--trust", messages.PathOf("root.pem"), "--no-revocation"];

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();

    // The first signature of the report.
    private static async Task<JsonElement> JudgedAsync(int exitCode, string? reason, string[] arguments)
    {
        var run = await Interlink.RunAsync(["verify", .. arguments, "--json"]);
        Assert.True(exitCode == run.ExitCode, run.Out + run.Error);
        Assert.Equal(reason, run.Json.GetProperty("subIndication").GetString());
        return run.Json.GetProperty("signatures")[0];
    }
}
