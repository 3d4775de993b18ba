using System.Text;
using System.Xml;
using Vss.Interlink.Exchange.Faults;
using Vss.Interlink.V1;

namespace Vss.Interlink.Gateway.Soap;

/// <summary>What the header blocks ask of the hub.</summary>
internal static class HeaderBlocks
{
    private const string Anonymous = "http://www.w3.org/2005/08/addressing/anonymous";
    private const string None = "http://www.w3.org/2005/08/addressing/none";
    private const int MaxIdLength = 512;
    private const int MaxNamed = 16;

    private static readonly HashSet<string> AddressingNames = ["To", "From", "ReplyTo", "FaultTo", "Action", "MessageID", "RelatesTo"];

    /// <summary>
    /// Blocks for us that must be understood and are not (SOAP 1.1 §4.2.3, SOAP 1.2 part 1 §5.2.3). The first sixteen: the names go back to the
    /// caller, and a fault must not grow with what he sent.
    /// </summary>
    /// <exception cref="ExchangeFault">MALFORMED for a mustUnderstand that is no boolean.</exception>
    public static IReadOnlyList<XmlQualifiedName> NotUnderstood(SoapEnvelope envelope) =>
        [.. envelope.HeaderBlocks.Where(block => envelope.Version.IsForUs(block.Role) && MustBeUnderstood(block) && !IsUnderstood(block))
            .Select(block => block.Name).Take(MaxNamed)];

    /// <summary>The WS-Addressing blocks for us, or null when there are none.</summary>
    /// <exception cref="ExchangeFault">MALFORMED for a repeated block, LIMIT_EXCEEDED for an id out of measure.</exception>
    public static Addressing? AddressingOf(SoapEnvelope envelope)
    {
        var blocks = envelope.HeaderBlocks.Where(block => block.Name.Namespace == SoapNames.Addressing && envelope.Version.IsForUs(block.Role)).ToList();
        if (blocks.Count == 0) return null;
        var replyTo = Address(One(blocks, "ReplyTo"));
        var faultTo = Address(One(blocks, "FaultTo")) ?? replyTo;
        return new Addressing(Text(One(blocks, "MessageID")), Text(One(blocks, "Action")), Text(blocks.Find(block => block.Name.Name == "RelatesTo")), replyTo == None, faultTo == None);
    }

    /// <summary>Answers go back on the connection they were asked on and nowhere else: an address of the caller's choice would make the hub call it.</summary>
    /// <exception cref="ExchangeFault">NOT_PERMITTED.</exception>
    public static void RefuseOtherReplyAddress(SoapEnvelope envelope)
    {
        foreach (var block in envelope.HeaderBlocks.Where(block => block.Name.Namespace == SoapNames.Addressing && block.Name.Name is "ReplyTo" or "FaultTo"))
        {
            if (Address(block) is not (Anonymous or None))
                throw new ExchangeFault(Fault.NotPermitted, $"wsa:{block.Name.Name} must be the anonymous address or none; answers are sent on the same connection only", "wsa.reply-address");
        }
    }

    private static bool MustBeUnderstood(HeaderBlock block) => block.MustUnderstand switch
    {
        "1" or "true" => true,
        "" or "0" or "false" => false,
        _ => throw new ExchangeFault(Fault.Malformed, "a mustUnderstand attribute is none of 0, 1, false and true", "soap.must-understand"),
    };

    private static bool IsUnderstood(HeaderBlock block) =>
        block.Name is { Name: "Security", Namespace: SoapNames.Wsse } || (block.Name.Namespace == SoapNames.Addressing && AddressingNames.Contains(block.Name.Name));

    private static HeaderBlock? One(List<HeaderBlock> blocks, string name)
    {
        var found = blocks.FindAll(block => block.Name.Name == name);
        return found.Count <= 1 ? found.FirstOrDefault() : throw new ExchangeFault(Fault.Malformed, $"wsa:{name} stands twice in the header", "wsa.cardinality");
    }

    private static string? Address(HeaderBlock? endpoint) => endpoint?.Address is { } address ? Text(endpoint, address) : null;

    private static string? Text(HeaderBlock? block) => block is null ? null : Text(block, block.Text);

    // The text goes back to the caller and into the log, so its length is bounded here.
    private static string Text(HeaderBlock block, StringBuilder gathered)
    {
        var text = gathered.ToString().Trim();
        return block.Text.Length <= EnvelopeOutline.MaxTextLength && text.Length <= MaxIdLength
            ? text
            : throw new ExchangeFault(Fault.LimitExceeded, $"wsa:{block.Name.Name} is longer than {MaxIdLength} characters", "wsa.length");
    }
}
