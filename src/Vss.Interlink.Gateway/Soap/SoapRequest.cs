using System.Xml;
using Vss.Interlink.Exchange.Faults;

namespace Vss.Interlink.Gateway.Soap;

/// <summary>One request as it was read: bounded, well-formed, of the right shape, every attachment in place. Not verified yet.</summary>
/// <param name="Version">Of the envelope.</param>
/// <param name="Envelope">The whole envelope with each xop:Include expanded to base64, as signatures over MTOM messages are computed (XOP 1.0 §3). Seekable; in memory.</param>
/// <param name="Operation">Local name of the Body's one child, which stands in <see cref="SoapNames.Interlink"/>.</param>
/// <param name="Addressing">What WS-Addressing headers say; null without any.</param>
/// <param name="Held">What the request holds of the memory for messages.</param>
internal sealed record SoapRequest(SoapVersion Version, Stream Envelope, string Operation, Addressing? Addressing, HeldShare Held);

/// <summary>What the answer needs to know of the request's WS-Addressing 1.0 headers.</summary>
/// <param name="MessageId">Goes back as RelatesTo; null where the request has none.</param>
/// <param name="Action">The action claimed; null where none is.</param>
/// <param name="RelatesTo">The message that the request relates to; null where none is named.</param>
/// <param name="DiscardsReply">ReplyTo is the "none" address: no answer is wanted (WS-Addressing Core §3.2.1).</param>
/// <param name="DiscardsFault">FaultTo is the "none" address, or ReplyTo is and there is no FaultTo.</param>
public sealed record Addressing(string? MessageId, string? Action, string? RelatesTo, bool DiscardsReply, bool DiscardsFault);

/// <summary>A request or its refusal, which knows how the caller must be answered.</summary>
internal abstract record SoapRead
{
    private SoapRead() { }

    public sealed record Accepted(SoapRequest Request) : SoapRead;

    /// <param name="AnswerIn">SOAP version of the caller, as far as it could be told; 1.1 otherwise.</param>
    /// <param name="Addressing">WS-Addressing headers, where the reading came that far.</param>
    /// <param name="Fault">Why it was refused.</param>
    /// <param name="NotUnderstood">Header blocks that had to be understood and were not; empty for other faults.</param>
    public sealed record Refused(SoapVersion AnswerIn, Addressing? Addressing, ExchangeFault Fault, IReadOnlyList<XmlQualifiedName> NotUnderstood) : SoapRead;
}
