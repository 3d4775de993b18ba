namespace Vss.Interlink.XmlSecurity;

/// <summary>
/// Which attributes are identifiers. Without a document type declaration nothing in a document says so, and a verifier that guesses otherwise than the
/// reader behind it can be shown another element than the signed one: so the caller says it, and what is not named here identifies nothing.
/// </summary>
public sealed record XmlIdRules
{
    /// <summary><c>xml:id</c> (W3C Recommendation of 9 September 2005).</summary>
    public bool XmlId { get; init; }

    /// <summary><c>wsu:Id</c> of WS-Security.</summary>
    public bool WsuId { get; init; }

    /// <summary><c>Id</c> without a namespace, on any element.</summary>
    public bool Id { get; init; }

    /// <summary><c>ID</c> without a namespace, on any element.</summary>
    public bool UpperId { get; init; }

    /// <summary><c>id</c> without a namespace, on any element.</summary>
    public bool LowerId { get; init; }

    /// <summary><c>Id</c> without a namespace on elements of XML-DSig and XAdES, whose schemas declare it.</summary>
    public bool SignatureId { get; init; }

    /// <summary>What a SOAP message with WS-Security has.</summary>
    public static XmlIdRules WsSecurity { get; } = new() { XmlId = true, WsuId = true, SignatureId = true };

    /// <summary>Every attribute that is an identifier somewhere.</summary>
    public static XmlIdRules Every { get; } = new() { XmlId = true, WsuId = true, Id = true, UpperId = true, LowerId = true, SignatureId = true };
}
