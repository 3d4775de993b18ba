using System.Text;
using Vss.Interlink.XmlSecurity.Signatures;

namespace Vss.Interlink.XmlSecurity.Tests.Signatures;

/// <summary>What the product says of a document.</summary>
internal static class Verified
{
    public static readonly VerificationRequest KeepingAll = new() { Keep = _ => true };

    /// <summary>The report of the only signature of a document.</summary>
    public static SignatureReport Only(byte[] document, VerificationRequest? request = null)
    {
        var report = SignatureVerifier.Verify(document, request ?? KeepingAll);
        Assert.Null(report.Refusal);
        return Assert.Single(report.Signatures);
    }

    /// <summary>Asserts that the signature is intact and no rung broke.</summary>
    public static SignatureReport Intact(byte[] document, VerificationRequest? request = null)
    {
        var report = Only(document, request);
        Assert.Empty(Broken(report));
        Assert.Equal(SignatureIntegrity.Intact, report.Integrity);
        return report;
    }

    /// <summary>Asserts that this rule broke, that nothing is handed on, and that nothing counts as covered unless the arithmetic was right.</summary>
    public static SignatureReport Refused(string rule, byte[] document, VerificationRequest? request = null)
    {
        var report = Only(document, request);
        Assert.Contains(rule, Broken(report));
        Assert.NotEqual(Indication.TotalPassed, report.Verdict.Indication);
        Assert.All(report.References, reference => Assert.Null(reference.Octets));
        if (report.Integrity != SignatureIntegrity.Intact) Assert.Equal(SignatureScope.None, report.Scope);
        Assert.All(report.Verdict.Ladder, step => Assert.Equal(step.Ok, step.Remedy.Length == 0));
        return report;
    }

    public static IEnumerable<string> Broken(SignatureReport report) => report.Verdict.Ladder.Where(step => !step.Ok).Select(step => step.Rule);

    public static string Text(SignedOctets? octets)
    {
        Assert.NotNull(octets);
        using var reader = new StreamReader(octets.Open(), Encoding.UTF8);
        return reader.ReadToEnd();
    }

    public static byte[] Replaced(byte[] document, string old, string new_)
    {
        var text = Encoding.UTF8.GetString(document);
        Assert.Contains(old, text, StringComparison.Ordinal);
        return Encoding.UTF8.GetBytes(text.Replace(old, new_, StringComparison.Ordinal));
    }
}
