namespace Vss.Interlink.Trust.Verification;

/// <summary>Why a document cannot be read.</summary>
/// <param name="Rule">Stable id, as <c>cms.structure</c>.</param>
/// <param name="At">Place in the document; empty for the whole.</param>
/// <param name="Detail">What was expected and what was found.</param>
/// <param name="Remedy">What to do.</param>
public sealed record DocumentProblem(string Rule, string At, string Detail, string Remedy);
