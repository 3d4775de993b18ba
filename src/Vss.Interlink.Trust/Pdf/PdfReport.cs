using Vss.Interlink.Trust.Verification;

namespace Vss.Interlink.Trust.Pdf;

/// <summary>Why a PDF cannot be read at all.</summary>
/// <param name="Kind">What kind of fault.</param>
/// <param name="At">Octet of the file at which reading ended.</param>
/// <param name="Detail">What was found there.</param>
public sealed record PdfRefusal(PdfFaultKind Kind, long At, string Detail);

/// <summary>What was found of the signatures of a PDF.</summary>
/// <param name="Refusal">Why it cannot be read; null where it can.</param>
/// <param name="Signatures">Signatures and document time stamps that signature fields reach, each judged, in the form's order.</param>
/// <param name="Unreached">Octets at which a ByteRange stands that belongs to none of them: a signature that was taken out of its field, usage rights, or what looks like one.</param>
public sealed record PdfReport(PdfRefusal? Refusal, IReadOnlyList<JudgedSignature> Signatures, IReadOnlyList<long> Unreached);
