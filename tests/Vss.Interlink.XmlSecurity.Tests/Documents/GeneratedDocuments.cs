using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace Vss.Interlink.XmlSecurity.Tests.Documents;

/// <summary>
/// Well-formed documents with everything that canonicalisation has a rule for: namespaces declared, redeclared and undeclared, xml: attributes, references in
/// text and in attributes, every white space everywhere, CDATA, comments and processing instructions in every place, characters outside the BMP.
/// </summary>
internal static class GeneratedDocuments
{
    // Kept, so that every run reads the same documents; XML_SEED begins elsewhere, XML_DOCUMENTS reads more of them.
    private const ulong KeptSeed = 20260731;

    private static readonly string[] Characters =
    [
        "a", "bc", " ", "  ", "\n", "\r\n", "\r", "\t", "é", "ữ", "\U00010348", "\U0001F600", "\u0085", "\u2028", "\u007F", "\uFEFF", "\uFFFD", "'", "\"", ">", "]", "]]",
        "&amp;", "&lt;", "&gt;", "&quot;", "&apos;", "&#13;", "&#xA;", "&#x9;", "&#32;", "&#x10FFFF;", "&#233;", "&#x0000D;", "-", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    ];

    private static readonly string[] Literals = ["a", " ", "\n", "\r\n", "\r", "\t", "<", "&", ">", "]", "\"", "é", "\U00010348", "&amp;", "<b>", "?", "- ", "x=\"1\""];

    private static readonly Gen<int> Choice = Gen.Choose(0, 1000);

    private static readonly Gen<string> TextSource = Gen.Elements(Characters).ArrayOf().Select(string.Concat);

    private static readonly Gen<string> LiteralText = Gen.Elements(Literals).ArrayOf().Select(string.Concat);

    private static readonly Gen<Part> AnyComment = LiteralText.Select(text => (Part)new Part.Raw($"<!--{text.Replace('-', '_')}-->"));

    private static readonly Gen<Part> AnyInstruction =
        from target in Gen.Elements("p", "xml-x", "ữ")
        from text in LiteralText
        from white in Gen.Elements(" ", "\r\n ", "\t")
        select (Part)new Part.Raw($"<?{target}{(text.Trim(' ', '\t', '\r', '\n').Length > 0 ? white + text.Replace('?', '!') : "")}?>");

    private static readonly Gen<Part> AnyCData = LiteralText.Select(text => (Part)new Part.Raw($"<![CDATA[{text.Replace("]", "] ", StringComparison.Ordinal)}]]>"));

    private static readonly Gen<Part> AnyMisc = Gen.Frequency((2, AnyComment), (2, AnyInstruction), (1, Gen.Elements(" ", "\n", "\r\n\t").Select(white => (Part)new Part.Raw(white))));

    private static readonly Gen<Attribute> AnyAttribute = from prefix in Choice from name in Choice from value in TextSource select new Attribute(prefix, name, value);

    private static readonly Gen<Declaration> AnyDeclaration = from prefix in Choice from bound in Choice select new Declaration(prefix, bound);

    private static readonly Gen<DocumentParts> AnyDocument =
        from declaration in Gen.Elements("", "", "<?xml version='1.0'?>", "<?xml version=\"1.0\" encoding=\"utf-8\" standalone='yes' ?>\r\n")
        from before in AnyMisc.ArrayOf().ScaleSize(size => size / 8)
        from root in Gen.Sized(Element)
        from after in AnyMisc.ArrayOf().ScaleSize(size => size / 8)
        select new DocumentParts(declaration, before, root, after);

    /// <summary>Runs a check over many documents, small ones first. A failure names the document's own seed and size.</summary>
    /// <param name="count">How many in an ordinary run; the environment variable XML_DOCUMENTS sets another number.</param>
    /// <param name="check">Throws when the rule is broken.</param>
    public static void All(int count, Action<string> check)
    {
        if (int.TryParse(Environment.GetEnvironmentVariable("XML_DOCUMENTS"), out var asked)) count = asked;
        Some(count, check);
    }

    /// <summary>The same over this number and no other.</summary>
    public static void Some(int count, Action<string> check)
    {
        if (!ulong.TryParse(Environment.GetEnvironmentVariable("XML_SEED"), out var first)) first = KeptSeed;
        TestContext.Current.TestOutputHelper?.WriteLine($"{count} documents from XML_SEED={first}");
        for (var number = 0; number < count; number++)
        {
            var seed = first + (ulong)number;
            var document = AnyDocument.Sample(1, new Rnd(seed), 1 + (int)(seed % 12))[0].Write();
            try
            {
                check(document);
            }
            catch (Exception broken)
            {
                throw new InvalidOperationException($"XML_SEED={seed} XML_DOCUMENTS=1: {broken.Message}\n{document.ReplaceLineEndings("⏎\n")}\n", broken);
            }
        }
    }

    private static Gen<Part.Element> Element(int size) =>
        from prefix in Choice
        from name in Choice
        from declarations in AnyDeclaration.ArrayOf().Resize(3)
        from attributes in AnyAttribute.ArrayOf().Resize(4)
        from content in Content(size).ArrayOf().Resize(Math.Min(size, 4))
        from layout in Choice
        select new Part.Element(prefix, name, declarations, attributes, content, layout);

    private static Gen<Part> Content(int size) => size <= 1
        ? TextSource.Resize(3).Select(text => (Part)new Part.Text(text))
        : Gen.Frequency(
            (4, Gen.Fresh(() => Element(size / 3)).SelectMany(element => element).Select(element => (Part)element)),
            (4, TextSource.Resize(6).Select(text => (Part)new Part.Text(text))),
            (1, AnyComment.Resize(4)),
            (1, AnyInstruction.Resize(4)),
            (1, AnyCData.Resize(5)));
}
