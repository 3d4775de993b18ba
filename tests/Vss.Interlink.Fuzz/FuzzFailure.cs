namespace Vss.Interlink.Fuzz;

/// <summary>A target did what it must never do.</summary>
internal sealed class FuzzFailure(string message) : Exception(message);
