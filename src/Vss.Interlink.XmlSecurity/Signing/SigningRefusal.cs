using System.Diagnostics.CodeAnalysis;

namespace Vss.Interlink.XmlSecurity.Signing;

/// <summary>Why a document was not signed.</summary>
public enum SigningRefusalKind
{
    /// <summary>It breaks a rule of XML or a limit, or has one identifier on two elements.</summary>
    Document,

    /// <summary>No element has the identifier that a reference names.</summary>
    NothingReferenced,

    /// <summary>There is no element that the signature could stand in, or more than one.</summary>
    NoPlace,

    /// <summary>An identifier of the signature is one of the document's already.</summary>
    IdTaken,

    /// <summary>There is no signature that could be augmented, or not as it would have to be.</summary>
    NoSignature,
}

/// <summary>A refusal to sign.</summary>
/// <param name="Kind">Which rule was broken.</param>
/// <param name="Detail">One sentence.</param>
/// <param name="At">Place in the document, as "line 3, column 17, octet 80"; empty where there is none.</param>
public sealed record SigningRefusal(SigningRefusalKind Kind, string Detail, string At = "")
{
    internal static SigningRefusal Of(XmlRefusal refusal) => new(SigningRefusalKind.Document, refusal.Detail, refusal.At);
}

/// <summary>A signature that waits for its value, or a refusal; exactly one of the two.</summary>
public sealed class SigningPreparation
{
    private SigningPreparation(PreparedSignature? signature, SigningRefusal? refusal) => (Signature, Refusal) = (signature, refusal);

    public PreparedSignature? Signature { get; }

    public SigningRefusal? Refusal { get; }

    internal static SigningPreparation Of(PreparedSignature signature) => new(signature, null);

    internal static SigningPreparation Of(SigningRefusal refusal) => new(null, refusal);

    public bool TryGetSignature([NotNullWhen(true)] out PreparedSignature? signature) => (signature = Signature) is not null;
}
