using Vss.Interlink.Cli.Tests.Verify;
using Vss.Interlink.Cli.Verify;
using Vss.Interlink.Trust.Certificates;
using Vss.Interlink.Trust.Policy;
using Vss.Interlink.XmlSecurity.Signatures;

namespace Vss.Interlink.Cli.Tests.Attacks;

/// <summary>The wrapping and bypass attacks of the field against <c>interlink verify</c>: in one process for there are many, a few by the command itself.</summary>
public sealed class AttackTests : IDisposable
{
    private static readonly Lazy<IReadOnlyDictionary<string, Attack>> s_attacks = new(() => Attack.All().ToDictionary(attack => attack.Name));

    private readonly SignedFiles _files = new();
    private readonly TrustStore _store = TrustStore.Load(SignedFiles.Pki.Anchors, SignedFiles.Pki.Intermediates, SignedFiles.Pki.RevocationLists);

    public static TheoryData<string> Attacks => [.. s_attacks.Value.Keys];

    public void Dispose() => _files.Dispose();

    [Fact]
    public void Each_shape_passes_as_it_was_signed()
    {
        foreach (var shape in SignedShape.All)
        {
            var report = Judged(SignedShape.Octets(shape.Signed()), []);
            Assert.True(report.ExitCode == 0, $"{shape.Name}: {Broken(report)}");
            Assert.Equal(shape.Part == "Dossier" ? "full" : "partial", Assert.Single(report.Signatures).Scope);
        }
    }

    [Theory]
    [MemberData(nameof(Attacks), DisableDiscoveryEnumeration = true)]
    public void No_attack_makes_evil_content_pass(string name)
    {
        var attack = s_attacks.Value[name];
        var report = Judged(attack.Document, []);
        var whole = Judged(attack.Document, [CoverageRequirement.WholeDocument]);
        Assert.NotEqual(0, whole.ExitCode);
        if (attack.Rule is null && Broken(report).Contains("sig.canonicalised", StringComparison.Ordinal))
        {
            // The signed part went into its own signature, which leaves itself out: nothing of it is left.
            Assert.NotEqual(0, report.ExitCode);
        }
        else if (attack.Rule is null)
        {
            Assert.True(report.ExitCode == 0, Broken(report));
            Assert.All(report.Signatures, signature => Assert.NotEqual("full", signature.Scope));
            Assert.Contains(CoverageRequirement.Rule, Broken(whole), StringComparison.Ordinal);
        }
        else
        {
            Assert.NotEqual(0, report.ExitCode);
            Assert.Contains(attack.Rule, Broken(report).Split(' '));
        }
    }

    [Theory]
    [InlineData("message: XSW1, the real part in an Object of the evil one's signature", 2)]
    [InlineData("dossier: signature exclusion: removed", 3)]
    [InlineData("dossier: changed content", 1)]
    [InlineData("assertion: CVE-2025-25291: an empty document type", 65)]
    public async Task The_command_refuses_with_the_exit_code_and_the_rule(string name, int exitCode)
    {
        var attack = s_attacks.Value[name];
        var run = await Interlink.RunAsync(["verify", _files.Write("attack.xml", attack.Document), "--json", .. SignedFiles.Trust]);
        Assert.Equal((exitCode, ""), (run.ExitCode, run.Error));
        Assert.Contains($"\"{attack.Rule}\"", run.Out, StringComparison.Ordinal);
    }

    private VerifyReport Judged(byte[] document, IReadOnlyList<CoverageRequirement> required) => SignedDocument.Judge(new VerifyRequest
    {
        File = _files.Write("attack.xml", document),
        Store = _store,
        Policy = new ValidationPolicy(RevocationRule.Required, UntrustedSignerRule.JudgeIntegrity),
        At = SignedFiles.Now,
        Algorithms = SignaturePolicy.Default,
        Detached = new Dictionary<string, string>(),
        Required = required,
    });

    // Every broken rule, with a space between.
    private static string Broken(VerifyReport report) =>
        string.Join(' ', [.. report.Errors.Select(error => error.Rule), .. report.Signatures.SelectMany(signature => signature.Steps).Where(step => !step.Ok).Select(step => step.Rule)]);
}
