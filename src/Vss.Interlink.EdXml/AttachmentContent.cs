namespace Vss.Interlink.EdXml;

/// <summary>
/// Where the decoded bytes of one attachment go: straight to the caller's stream, or, when they begin like the SDK's zip, to a scratch stream first,
/// because only the end of a zip tells whether it is one.
/// </summary>
internal sealed class AttachmentContent(Stream content, Func<Stream> openScratch, EdXmlLimits limits, long totalSoFar, string place) : IDisposable
{
    private readonly byte[] _head = new byte[SdkArchive.HeadLength];
    private int _headLength;
    private Stream? _target;
    private Stream? _scratch;
    private long _decoded;

    /// <summary>The content was taken out of the SDK's zip.</summary>
    public bool Unwrapped { get; private set; }

    public void Write(ReadOnlySpan<byte> bytes)
    {
        _decoded += bytes.Length;
        Allow(_decoded);
        if (_target is null)
        {
            var taken = Math.Min(bytes.Length, _head.Length - _headLength);
            bytes[..taken].CopyTo(_head.AsSpan(_headLength));
            _headLength += taken;
            bytes = bytes[taken..];
            if (_headLength < _head.Length) return;
            ChooseTarget();
        }
        _target!.Write(bytes);
    }

    /// <summary>Ends the content.</summary>
    /// <returns>Bytes that went to the caller's stream.</returns>
    public long Complete()
    {
        if (_target is null) ChooseTarget();
        if (_scratch is null) return _decoded;
        try
        {
            Unwrapped = SdkArchive.IsOne(_scratch);
            if (Unwrapped) return SdkArchive.Inflate(_scratch, content, AllowInflated);
        }
        catch (InvalidDataException damage)
        {
            throw Refusal(EdXmlFault.BadArchive, $"The attachment's zip cannot be unpacked: {damage.Message}.", "Pack the attachment anew and send it again.");
        }
        _scratch.Position = 0;
        _scratch.CopyTo(content);
        return _decoded;
    }

    public void Dispose()
    {
        _scratch?.Dispose();
        content.Dispose();
    }

    private void ChooseTarget()
    {
        var head = _head.AsSpan(0, _headLength);
        _target = SdkArchive.MayBegin(head) ? _scratch = openScratch() : content;
        _target.Write(head);
    }

    private void Allow(long length)
    {
        if (length > limits.AttachmentBytes)
            throw Refusal(EdXmlFault.TooLarge, $"The attachment is larger than {limits.AttachmentBytes} bytes.", "Send a smaller attachment.");
        if (totalSoFar + length > limits.TotalBytes)
            throw Refusal(EdXmlFault.TooLarge, $"The attachments together are larger than {limits.TotalBytes} bytes.", "Split the document over several packets.");
    }

    private void AllowInflated(long length)
    {
        Allow(length);
        if (length > limits.FreeInflation && length / limits.InflationRatio > _decoded)
            throw Refusal(EdXmlFault.BadArchive, $"The attachment inflates to more than {limits.InflationRatio} times its zipped size.", "Send the attachment without the zip around it.");
    }

    private EdXmlRefusalException Refusal(EdXmlFault fault, string message, string remedy) => new(new EdXmlError(fault, place, message, remedy));
}
