using Vss.Interlink.XmlSecurity;

namespace Vss.Interlink.Cli.Verify;

/// <summary>The document's octets, or why they could not be had.</summary>
internal sealed record InputFile(byte[]? Octets, ReportError? Error)
{
    private static readonly long MaxBytes = new XmlLimits().MaxBytes;

    /// <summary>Reads a file, or standard input for <c>-</c>, up to the limit on documents.</summary>
    public static InputFile Read(string path)
    {
        try
        {
            using var input = path == "-" ? Console.OpenStandardInput() : File.OpenRead(path);
            return Read(input);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return new InputFile(null, new ReportError("input.readable", "", unreadable.Message, "Name a file that can be read, or - for standard input."));
        }
    }

    public static InputFile Read(Stream input)
    {
        using var octets = new MemoryStream();
        var buffer = new byte[81920];
        while (input.Read(buffer) is > 0 and var count)
        {
            octets.Write(buffer, 0, count);
            if (octets.Length > MaxBytes) return new InputFile(null, new ReportError("xml.limit", "", $"the document is longer than {MaxBytes} octets", "Give the document without its attachments."));
        }

        return new InputFile(octets.ToArray(), null);
    }
}
