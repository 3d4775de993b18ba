using System.CommandLine;
using Vss.Interlink.Cli.Output;
using Vss.Interlink.XmlSecurity;

namespace Vss.Interlink.Cli.Canonical;

/// <summary>
/// <c>interlink c14n</c>: writes the canonical octets of a document or of one of its elements, exactly as they go into a digest. Exit codes: 0 written, 64 usage,
/// 65 not readable; nothing is written but with 0.
/// </summary>
internal static class CanonicalCommand
{
    private const int NotReadable = 65;

    public static Command Create()
    {
        var file = new Argument<string>("FILE") { Description = "The document; - reads standard input." };
        var algorithm = new Option<string>("--algorithm") { Description = "Identifier of the method: " + string.Join(", ", CanonicalizationMethod.All.Select(method => method.Uri)) + ".", HelpName = "URI", Required = true };
        var prefixes = new Option<string?>("--inclusive-prefixes") { Description = "The PrefixList of exclusive canonicalisation: prefixes with spaces between, #default for the default namespace.", HelpName = "LIST" };
        var id = new Option<string?>("--id") { Description = "Only the element with this identifier (xml:id, wsu:Id, Id, ID or id), with what its ancestors hand down to it.", HelpName = "ID" };
        var skipSignature = new Option<bool>("--skip-signature") { Description = "Leave out every ds:Signature, as the enveloped-signature transform leaves out its own." };

        file.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: ['-', _, ..] unknown }]) result.AddError($"'{unknown}' is no option of c14n; a file of that name is ./{unknown}.");
        });

        var command = new Command("c14n", "Writes the canonical octets of a document to standard output.\n\nExit codes: 0 written, 64 usage, 65 not readable; then nothing is written.")
        {
            file, algorithm, prefixes, id, skipSignature,
        };
        command.SetAction(parsed =>
        {
            if (!CanonicalizationMethod.TryFromUri(parsed.GetRequiredValue(algorithm), out var method))
                throw new UsageException($"--algorithm: '{parsed.GetValue(algorithm)}' is no canonicalisation method; see --help for the six there are.");
            var list = parsed.GetValue(prefixes);
            if (list is not null && !method.IsExclusive) throw new UsageException("--inclusive-prefixes is for exclusive canonicalisation only.");
            if (Write(parsed.GetRequiredValue(file), method, InclusivePrefixes.Parse(list), parsed.GetValue(id), parsed.GetValue(skipSignature)) is not { } refusal) return ExitCode.Done;
            StandardError.Line($"interlink: {refusal.Detail}{(refusal.At.Length == 0 ? "" : $" (at {refusal.At})")}");
            return NotReadable;
        });
        return command;
    }

    private static XmlRefusal? Write(string path, CanonicalizationMethod method, InclusivePrefixes prefixes, string? id, bool skipSignature)
    {
        try
        {
            using var document = SpooledInput.Open(path);
            var selection = XmlSelection.Document;
            if (id is not null)
            {
                var (index, refusal) = XmlIdIndex.Read(document.Read(), XmlLimits.OwnFiles, XmlIdRules.Every);
                if (index is null) return refusal;
                if (!index.TryFind(id, out var element)) return new XmlRefusal(XmlRefusalKind.NothingSelected, $"the document has no element with the identifier '{id}'", "");
                selection = XmlSelection.Element(element.Ordinal);
            }

            if (skipSignature) selection = selection with { LeaveOut = static element => element.LocalName.SequenceEqual("Signature"u8) && IsDsig(element.NamespaceName) };

            // Once for nothing, so that a document which breaks off at its end leaves no half of itself on standard output.
            if (Canonicalization.Write(document.Read(), XmlLimits.OwnFiles, method, selection, OctetSink.To(Stream.Null), prefixes) is { } broken) return broken;
            return Canonicalization.Write(document.Read(), XmlLimits.OwnFiles, method, selection, StandardOutput.Octets, prefixes);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return new XmlRefusal(XmlRefusalKind.Truncated, unreadable.Message, "");
        }
    }

    private static bool IsDsig(ReadOnlySpan<byte> namespaceName) => namespaceName.SequenceEqual("http://www.w3.org/2000/09/xmldsig#"u8);
}
