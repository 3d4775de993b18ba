using Vss.Interlink.TestKit.Pdf;
using Vss.Interlink.Trust.Pdf;
using Vss.Interlink.XmlSecurity;
using Vss.Interlink.XmlSecurity.Signatures;
using static Vss.Interlink.Trust.Tests.Pdf.PdfJudging;

namespace Vss.Interlink.Trust.Tests.Pdf;

/// <summary>A second signature in a tagged document: the structure tree grows by what tags its widget (ISO 32000-2 section 14.7), and by nothing else.</summary>
public sealed class TaggedPdfTests
{
    private const int Tree = 7;
    private const int Document = 8;
    private const int Parents = 9;
    private const int Paragraph = 10;
    private const string Kids = "/K [10 0 R]";
    private const string Numbers = "[0 [10 0 R]]";

    private static readonly TestPdf s_signed = Tagged("").Sign(Person);

    // Objects that the next signature writes: its value and its widget, then what tags it.
    private static int Widget => s_signed.Size + 1;

    private static int Tag => s_signed.Size + 2;

    private static int More => s_signed.Size + 3;

    public static TheoryData<string> Tags => ["an element", "an element below another", "a reference beside a paragraph", "kids in an array of their own", "parents in nodes", "no parents", "a reference of its own", "one kid that becomes two"];

    public static TheoryData<string, string> Others => new()
    {
        { "text to be read instead", "another ActualText" },
        { "text to be read instead of the widget", "a kid with a ActualText" },
        { "paragraph taken away", "lacks a kid" },
        { "paragraph that becomes something else", "another Type" },
        { "page content", "gets page content" },
        { "marked content", "no element" },
        { "reference to something else", "something else than the widget" },
        { "element without a widget", "without a widget" },
        { "element of another parent", "no element of it" },
        { "parent exchanged", "something else for a key that was there" },
        { "parent of no widget", "key 7" },
        { "key twice", "a key twice" },
        { "roles", "another RoleMap" },
        { "widget tagged twice", "something else than the widget" },
    };

    [Theory]
    [MemberData(nameof(Tags))]
    public void What_tags_the_widget_of_a_new_signature_may_follow(string tag) => Assert.All(Judge(Signed(tag)), Passes);

    [Theory]
    [MemberData(nameof(Others))]
    public void What_else_changes_of_the_structure_leaves_it_open(string change, string detail)
    {
        var signatures = Judge(Signed(change));
        Fails(signatures.Single(signature => signature.Id == "Signature1"), Indication.Indeterminate, SubIndication.SigConstraintsFailure, PdfRules.Permission, detail);
        Passes(signatures.Single(signature => signature.Id == "Later"));
    }

    [Fact]
    public void A_certification_without_changes_allows_none_of_the_structure()
    {
        var certified = Tagged("").Sign(Person, set => set.Entries = "/Reference [<< /TransformMethod /DocMDP /TransformParams << /P 1 >> >>]");
        Refused(First(certified.Update([(Paragraph, "<< /Type /StructElem /S /P /P 8 0 R /Pg 3 0 R /K 0 /ActualText (99) >>")])), PdfRules.Certification);
    }

    // What looks like a part of the structure may be one of something else, too.
    [Theory]
    [InlineData("/PieceInfo 8 0 R", Document)]
    [InlineData("/PieceInfo << /Here 9 0 R >>", Parents)]
    public void An_object_that_has_another_role_is_no_tag(string entry, int number)
    {
        var signed = Tagged(entry).Sign(Person);
        var signatures = Judge(Signed("an element", signed));
        Refused(signatures.Single(signature => signature.Id == "Signature1"), PdfRules.Update, $"object {number} was changed");
    }

    [Fact]
    public void An_element_that_was_referred_to_before_it_was_there_is_no_tag()
    {
        var signed = Tagged($"/PieceInfo {Tag} 0 R").Sign(Person);
        Assert.Equal(s_signed.Size, signed.Size);
        Refused(Judge(Signed("an element", signed)).Single(signature => signature.Id == "Signature1"), PdfRules.Update, $"object {Tag} is new");
    }

    private static TestPdf Tagged(string entry) => TestPdf.Create(
        more:
        [
            "<< /Type /StructTreeRoot /K 8 0 R /ParentTree 9 0 R /ParentTreeNextKey 1 >>",
            Element("Document", Tree, Kids),
            $"<< /Nums {Numbers} >>",
            Element("P", Document, "/Pg 3 0 R /K 0"),
        ],
        set: pdf => pdf.Set(catalog: $"{pdf.CatalogEntries} /MarkInfo << /Marked true >> /StructTreeRoot 7 0 R", page: $"{pdf.PageEntries} /StructParents 0 {entry}"));

    private static TestPdf Signed(string how, TestPdf? before = null) => (before ?? s_signed).Sign(Agency, set =>
    {
        (set.Field, set.FieldEntries) = ("Later", "/StructParent 1 ");
        set.Others.AddRange(Objects(how));
    });

    private static string Element(string kind, int parent, string kids) => $"<< /Type /StructElem /S /{kind} /P {parent} 0 R {kids} >>";

    private static string Reference(int annotation) => $"<< /Type /OBJR /Obj {annotation} 0 R /Pg 3 0 R >>";

    private static (int, string) Root(string more = "", string kids = "8 0 R") => (Tree, $"<< /Type /StructTreeRoot /K {kids} /ParentTree 9 0 R /ParentTreeNextKey 2 {more}>>");

    private static (int, string) InDocument(string added, string before = "10 0 R") => (Document, Element("Document", Tree, $"/K [{before} {added}]"));

    private static (int, string) ParentOf(int element) => (Parents, $"<< /Nums [0 [10 0 R] 1 {element} 0 R] >>");

    private static (int, string)[] Form(string kids, int parent = Document, string more = "") => [Root(), InDocument($"{Tag} 0 R"), ParentOf(Tag), (Tag, Element("Form", parent, $"/Pg 3 0 R /Alt (signature) {more} /K {kids}"))];

    private static (int, string)[] Objects(string how) => how switch
    {
        "an element" => Form(Reference(Widget)),
        "an element below another" => [Root(), InDocument($"{Tag} 0 R"), ParentOf(More), (Tag, Element("Sect", Document, $"/K {More} 0 R")), (More, Element("Form", Tag, $"/A << /O /PrintField /Role /tv >> /K [{Reference(Widget)}]"))],
        "a reference beside a paragraph" => [Root(), InDocument(Reference(Widget)), ParentOf(Document)],
        "kids in an array of their own" => [Root(), (Document, Element("Document", Tree, $"/K {More} 0 R")), (More, $"[10 0 R {Tag} 0 R]"), ParentOf(Tag), (Tag, Element("Form", Document, $"/K {Reference(Widget)}"))],
        "parents in nodes" => [Root(), InDocument($"{Tag} 0 R"), (Parents, $"<< /Kids [{More} 0 R {More + 1} 0 R] >>"), (More, $"<< /Limits [0 0] /Nums {Numbers} >>"), (More + 1, $"<< /Limits [1 1] /Nums [1 {Tag} 0 R] >>"), (Tag, Element("Form", Document, $"/K {Reference(Widget)}"))],
        "no parents" => [InDocument($"{Tag} 0 R"), (Tag, Element("Form", Document, $"/K {Reference(Widget)}"))],
        "a reference of its own" => [.. Form($"{More} 0 R"), (More, Reference(Widget))],
        "one kid that becomes two" => [Root(kids: $"[8 0 R {Tag} 0 R]"), ParentOf(Tag), (Tag, Element("Form", Tree, $"/K {Reference(Widget)}"))],
        "text to be read instead" => [.. Form(Reference(Widget)), (Paragraph, Element("P", Document, "/Pg 3 0 R /K 0 /ActualText (99)"))],
        "text to be read instead of the widget" => Form(Reference(Widget), more: "/ActualText (99)"),
        "paragraph taken away" => [Root(), InDocument($"{Tag} 0 R", ""), ParentOf(Tag), (Tag, Element("Form", Document, $"/K {Reference(Widget)}"))],
        "paragraph that becomes something else" => [Root(), ParentOf(Tag), InDocument($"{Tag} 0 R"), (Tag, Element("Form", Document, $"/K {Reference(Widget)}")), (Paragraph, "<< /Type /Nothing >>")],
        "page content" => Form("5"),
        "marked content" => Form("<< /Type /MCR /Pg 3 0 R /MCID 0 >>"),
        "reference to something else" => Form(Reference(TestPdf.Font)),
        "element without a widget" => [Root(), InDocument($"{Tag} 0 R"), ParentOf(Tag), (Tag, Element("Form", Document, ""))],
        "element of another parent" => Form(Reference(Widget), parent: Tree),
        "parent exchanged" => [Root(), InDocument($"{Tag} 0 R"), (Parents, $"<< /Nums [0 [{Tag} 0 R] 1 {Tag} 0 R] >>"), (Tag, Element("Form", Document, $"/K {Reference(Widget)}"))],
        "parent of no widget" => [Root(), InDocument($"{Tag} 0 R"), (Parents, $"<< /Nums [0 [10 0 R] 1 {Tag} 0 R 7 {Tag} 0 R] >>"), (Tag, Element("Form", Document, $"/K {Reference(Widget)}"))],
        "key twice" => [Root(), InDocument($"{Tag} 0 R"), (Parents, $"<< /Nums [0 [10 0 R] 0 {Tag} 0 R] >>"), (Tag, Element("Form", Document, $"/K {Reference(Widget)}"))],
        "roles" => [Root("/RoleMap << /P /Artifact >> "), InDocument($"{Tag} 0 R"), ParentOf(Tag), (Tag, Element("Form", Document, $"/K {Reference(Widget)}"))],
        _ => Form($"[{Reference(Widget)} {Reference(Widget)}]"),
    };
}
