using System.Security.Cryptography;
using System.Text;
using Vss.Interlink.XmlSecurity.Reading;
using Vss.Interlink.XmlSecurity.Signatures;

namespace Vss.Interlink.XmlSecurity.Tests.Signatures;

/// <summary>
/// Documents made to cost more than they are long: references into nested elements that inherit, sort, decode or leave out. A document of twice the length
/// may cost twice the work, whatever it is made of; no clock is asked.
/// </summary>
public sealed class BoundedWorkTests
{
    private const int References = 60;

    public static TheoryData<string> Shapes => [.. ByName.Keys];

    private static readonly Dictionary<string, Func<int, (string Document, Func<int, DigestSource> Source)>> ByName = new()
    {
        ["xml:base in more levels than are joined"] = n => (Nested(n, "b", "xml:base='a/'", Elements("c")), Selected(n, CanonicalizationMethod.Inclusive11)),
        ["xml:lang in each of many levels, looked for by each reference"] = n => (Nested(n, "b", "xml:lang='vi'", Elements("c")), Selected(n, CanonicalizationMethod.Inclusive)),
        ["elements far behind a long document, by inclusive canonicalisation"] = n => ($"<a>{Repeated("<b/>", 8 * n)}{Elements("c")}</a>", Selected(8 * n, CanonicalizationMethod.Inclusive)),
        ["elements out of the scope of many namespaces"] = n => ($"<a{Many(n, i => $" xmlns:p{i}='u:{i}'")}>{Elements("c")}</a>", Selected(0, CanonicalizationMethod.Inclusive)),
        ["elements that use the last of many namespaces"] = n => ($"<a{Many(n, i => $" xmlns:p{i}='u:{i}'")}>{Elements($"p{n - 1}:c")}</a>", Selected(0, CanonicalizationMethod.Exclusive)),
        ["nested elements around many attributes"] = n => (Nested(References, "b", "", $"<c{Many(n, i => $" a{n - i}='1'")}/>"), Selected(-1, CanonicalizationMethod.Exclusive)),
        ["nested elements around many declarations that nothing uses"] = n => (Nested(References, "b", "", $"<c{Many(n, i => $" xmlns:p{i}='u:{i}'")}/>"), Selected(-1, CanonicalizationMethod.Exclusive)),
        ["nested elements around white space that is decoded from base64"] = n => (Nested(References, "b", "", Repeated(" \n", 8 * n)), i => new DigestSource(i + 1, null, null, "", true, false, 0)),
        ["nested elements around empty ones that are decoded from base64"] = n => (Nested(References, "b", "", Repeated("<c/>", 4 * n)), i => new DigestSource(i + 1, null, null, "", true, false, 0)),
        ["nested elements around a signature that is left out"] = n =>
            (Nested(References, "b", "", $"<Signature xmlns='http://www.w3.org/2000/09/xmldsig#'>{Repeated("<c/>", 4 * n)}</Signature>"), i => new DigestSource(i + 1, null, CanonicalizationMethod.Exclusive, "", false, false, DigestSource.EverySignature)),
        ["nested elements around comments that are not in the canonical form"] = n => (Nested(References, "b", "", Repeated("<!---->", 4 * n)), Selected(-1, CanonicalizationMethod.Exclusive)),
    };

    /// <summary>The work that is counted while digesting.</summary>
    [Theory]
    [MemberData(nameof(Shapes))]
    public void Twice_the_document_is_no_more_than_twice_the_work(string shape)
    {
        var (less, more) = (Work(shape, 400), Work(shape, 800));
        Assert.InRange(more, 1, 2.3 * less);
    }

    /// <summary>What is counted covers what is done: octets allocated follow it.</summary>
    [Theory]
    [MemberData(nameof(Shapes))]
    public void Memory_that_is_taken_follows_the_work_that_is_counted(string shape)
    {
        Allocated(shape, 400, long.MaxValue);
        Assert.InRange(Allocated(shape, 800, long.MaxValue), 0, 8 * 1024 * 1024 + 4 * Work(shape, 800));
    }

    /// <summary>What came over the budget is refused by its name, and the rest of the document costs next to nothing.</summary>
    [Theory]
    [MemberData(nameof(Shapes))]
    public void Work_beyond_the_budget_is_not_done(string shape)
    {
        var whole = Work(shape, 800);
        var budget = new DigestBudget(whole / 4);
        var jobs = Run(shape, 800, budget);
        Assert.Contains(jobs, job => job.Refusal is { Kind: XmlRefusalKind.LimitExceeded });
        Assert.All(jobs, job => Assert.Equal(job.Refusal is null, job.IsDone));
    }

    [Fact]
    public void A_signature_over_more_than_is_allowed_breaks_the_rung_of_limits()
    {
        var nested = Many(300, i => $"<b Id='i{i}'>") + Repeated("<c/>", 30_000) + Repeated("</b>", 300);
        var references = Many(300, i => $"<Reference URI='#i{i}'><Transforms><Transform Algorithm='http://www.w3.org/2001/10/xml-exc-c14n#'/></Transforms><DigestMethod Algorithm='http://www.w3.org/2001/04/xmlenc#sha256'/><DigestValue>{Convert.ToBase64String(new byte[32])}</DigestValue></Reference>");
        var signature = $"<Signature xmlns='http://www.w3.org/2000/09/xmldsig#'><SignedInfo><CanonicalizationMethod Algorithm='http://www.w3.org/2001/10/xml-exc-c14n#'/><SignatureMethod Algorithm='http://www.w3.org/2001/04/xmldsig-more#rsa-sha256'/>{references}</SignedInfo><SignatureValue>{Convert.ToBase64String(new byte[256])}</SignatureValue></Signature>";
        using var report = SignatureVerifier.Verify(Encoding.UTF8.GetBytes($"<a>{nested}{signature}</a>"), new VerificationRequest { Xml = XmlLimits.OwnFiles });
        Assert.Contains(SignatureRules.Limit, Verified.Broken(Assert.Single(report.Signatures)));
    }

    private static long Work(string shape, int n)
    {
        var budget = new DigestBudget(long.MaxValue);
        Run(shape, n, budget);
        return budget.Taken;
    }

    private static long Allocated(string shape, int n, long octets)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        Run(shape, n, new DigestBudget(octets));
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static List<DigestJob> Run(string shape, int n, DigestBudget budget)
    {
        var (document, source) = ByName[shape](n);
        using var pass = new DigestPass(budget);
        List<DigestJob> jobs = [];
        for (var index = 0; index < References; index++)
        {
            jobs.Add(pass.Job(source(index)));
            jobs[^1].Digest(HashAlgorithmName.SHA256);
        }

        using var xml = new XmlTokenizer(Encoding.UTF8.GetBytes(document), XmlLimits.OwnFiles);
        pass.Run(xml);
        return jobs;
    }

    // Elements behind the root and so many others; -1 for the root itself and those in it.
    private static Func<int, DigestSource> Selected(int before, CanonicalizationMethod method) => index => DigestSource.Element(index + before + 2, method, "");

    private static string Elements(string name) => Repeated($"<{name}/>", References);

    private static string Nested(int levels, string name, string attribute, string content) =>
        $"<a>{Repeated($"<{name} {attribute}>", levels)}{content}{Repeated($"</{name}>", levels)}</a>";

    private static string Repeated(string text, int count) => new StringBuilder(text.Length * count).Insert(0, text, count).ToString();

    private static string Many(int count, Func<int, string> text)
    {
        var all = new StringBuilder();
        for (var index = 0; index < count; index++) all.Append(text(index));
        return all.ToString();
    }
}
