using Vss.Interlink.TestKit.Pdf;
using Vss.Interlink.Trust.Pdf;
using Vss.Interlink.Trust.Verification;
using Vss.Interlink.XmlSecurity;
using Vss.Interlink.XmlSecurity.Signatures;
using static Vss.Interlink.Trust.Tests.Pdf.PdfJudging;

namespace Vss.Interlink.Trust.Tests.Pdf;

/// <summary>A form that goes from hand to hand, without a certification: each fills in his part and signs.</summary>
public sealed class FilledFormTests
{
    private static readonly TestPdf s_signed = Form().Sign(Person);

    [Theory]
    [InlineData("empty")]
    [InlineData("empty text")]
    [InlineData("box")]
    [InlineData("proposal")]
    public void What_was_left_empty_may_be_filled_in_and_signed(string field) => Assert.All(Judge(Filled(s_signed, field).Sign(Agency, set => set.Field = "Later")), Passes);

    [Fact]
    public void Filling_in_and_signing_may_be_one_update()
    {
        var (number, body) = Changed("empty");
        Assert.All(Judge(s_signed.Sign(Agency, set =>
        {
            set.Field = "Later";
            set.Others.Add((number, body));
        })), Passes);
    }

    [Fact]
    public void What_stood_there_under_a_signature_is_not_overwritten()
    {
        var signatures = Judge(Filled(s_signed, "amount").Sign(Agency, set => set.Field = "Later"));
        Open(signatures[0], "'Amount' had another value");
        Passes(signatures[1]);
    }

    [Fact]
    public void Nobody_answers_for_what_a_stranger_fills_in()
    {
        var signatures = Judge(Filled(s_signed, "empty").Sign(Stranger, set => set.Field = "Later"));
        Open(signatures[0], "FormFilling");
        Assert.False(signatures[1].Verdict.Passed);
    }

    [Fact]
    public void What_is_filled_in_after_the_last_signature_nobody_signed()
    {
        var signature = First(Filled(s_signed, "empty"));
        Open(signature, "FormFilling");
        Assert.Equal(SignatureScope.Partial, signature.Scope);
    }

    // Whoever says which fields are closed says that the others are not.
    [Theory]
    [InlineData("/Action /Include /Fields [(Amount)]", "amount", false)]
    [InlineData("/Action /Include /Fields [(Empty)]", "empty", false)]
    [InlineData("/Action /All", "empty", false)]
    [InlineData("/Action /Include", "amount", false)]
    [InlineData("/Action /Include /Fields [(Empty)]", "amount", true)]
    [InlineData("/Action /Exclude /Fields [(Amount)]", "amount", true)]
    public void The_locks_of_the_first_signature_decide(string parameters, string field, bool isOpen)
    {
        var signed = Form().Sign(Person, set => set.Entries = $"/Reference [<< /TransformMethod /FieldMDP /TransformParams << {parameters} >> >>]");
        var signatures = Judge(Filled(signed, field).Sign(Agency, set => set.Field = "Later"));
        if (isOpen) Assert.All(signatures, Passes);
        else Refused(signatures[0], PdfRules.FieldLock);
        Passes(signatures[1]);
    }

    [Fact]
    public void A_lock_that_names_no_field_leaves_none_open()
    {
        var signed = Form().Sign(Person, set => set.Entries = "/Reference [<< /TransformMethod /FieldMDP /TransformParams << /Action /Include /Fields [] >> >>]");
        Open(Judge(Filled(signed, "amount").Sign(Agency, set => set.Field = "Later"))[0], "Amount");
    }

    private static TestPdf Form() => TestPdf.Create(
        more: [Field("Amount", "/FT /Tx /V (100)"), Field("Empty", "/FT /Tx"), Field("Text", "/FT /Tx /V ()"), Field("Box", "/FT /Btn /V /Off /AS /Off"), Field("Date", "/FT /Tx /V (dd/mm) /DV (dd/mm)")],
        set: pdf => pdf.Set(fields: [7, 8, 9, 10, 11], annotations: [7, 8, 9, 10, 11]));

    private static TestPdf Filled(TestPdf pdf, string field) => pdf.Update([Changed(field)]);

    private static (int Number, string Body) Changed(string field) => field switch
    {
        "amount" => (7, Field("Amount", "/FT /Tx /V (999)")),
        "empty" => (8, Field("Empty", "/FT /Tx /V (999)")),
        "empty text" => (9, Field("Text", "/FT /Tx /V (999)")),
        "box" => (10, Field("Box", "/FT /Btn /V /Yes /AS /Yes")),
        _ => (11, Field("Date", "/FT /Tx /V (21/11) /DV (dd/mm)")),
    };

    private static string Field(string name, string entries) => $"<< /Type /Annot /Subtype /Widget /T ({name}) /Rect [72 600 200 620] /P 3 0 R {entries} >>";

    private static void Open(JudgedSignature signature, string detail) => Fails(signature, Indication.Indeterminate, SubIndication.SigConstraintsFailure, PdfRules.Permission, detail);
}
