namespace Vss.Interlink.Connectors.Axis;

/// <summary>How a call of the axis ended. Business errors inside HTTP 200 are refusals like any other.</summary>
/// <typeparam name="T">What the call gives.</typeparam>
public abstract record VxpAnswer<T>
{
    private VxpAnswer()
    {
    }

    /// <summary>The axis did it.</summary>
    public sealed record Accepted(T Value) : VxpAnswer<T>;

    /// <summary>The axis answered and said no.</summary>
    /// <param name="Code">Its code, or <c>HTTP nnn</c>.</param>
    /// <param name="Text">Its words, cut to a bounded length.</param>
    /// <param name="Permanent">
    /// The packet itself is refused, and sending it again is of no use. False for what an operator or time can mend: our credentials, the axis's own troubles,
    /// a locked receiver, any code that is not known.
    /// </param>
    public sealed record Refused(string Code, string Text, bool Permanent) : VxpAnswer<T>;

    /// <summary>No answer that could be understood; try again later.</summary>
    /// <param name="Reason">For the log; holds nothing from a packet.</param>
    /// <param name="MayBeDone">
    /// The request may have reached the axis, so it may have been carried out. VXP has no idempotency key: before a packet is sent again, look for it
    /// in the list of sent ones.
    /// </param>
    public sealed record Unavailable(string Reason, bool MayBeDone) : VxpAnswer<T>;

    /// <summary>Why there is no value, a sentence for the log; empty when there is one.</summary>
    internal string Trouble => this switch
    {
        Refused refused => $"The axis answered {refused.Code}: {refused.Text}",
        Unavailable unavailable => unavailable.Reason,
        _ => "",
    };

    /// <summary>The same ending, with the value turned into another.</summary>
    internal VxpAnswer<TOther> Then<TOther>(Func<T, VxpAnswer<TOther>> next) => this switch
    {
        Accepted accepted => next(accepted.Value),
        Refused refused => new VxpAnswer<TOther>.Refused(refused.Code, refused.Text, refused.Permanent),
        Unavailable unavailable => new VxpAnswer<TOther>.Unavailable(unavailable.Reason, unavailable.MayBeDone),
        _ => throw new InvalidOperationException("The answers are a closed set."),
    };
}

/// <summary>The two families of packets on the axis.</summary>
public enum VxpMessageType
{
    /// <summary>A document packet.</summary>
    Document = 1,

    /// <summary>A status packet.</summary>
    Status = 2,
}

/// <summary>What a receiver tells the axis about an item. Not the status of the document, which travels as a packet.</summary>
public enum VxpState
{
    Processing = 1,
    Done = 2,
    Fail = 3,
}

/// <summary>An item in the list of received ones. Values are the axis's text.</summary>
/// <param name="DocId">The axis's id for this receiver.</param>
/// <param name="Status">initial, processing, done or fail.</param>
/// <param name="CreatedTime"><c>yyyy/MM/dd HH:mm:ss</c>, Vietnam local.</param>
public sealed record VxpReceivedItem(string DocId, string MessageType, string From, string To, string Status, string CreatedTime, string UpdatedTime);

/// <summary>An item in the list of sent ones, one for each receiver of a sending. Values are the axis's text.</summary>
/// <param name="SenderDocId">The id that sending gave.</param>
/// <param name="ReceiverDocId">The axis's id for this receiver.</param>
/// <param name="Notation">Number and notation of the document.</param>
public sealed record VxpSentItem(
    string SenderDocId, string ReceiverDocId, string FromCode, string ToCode, string Title, string Notation, string SendStatus, string ReceiveStatus, string SentTime);

/// <summary>An organ on the axis, under its codes of three times.</summary>
public sealed record VxpAgency(string Id, string ParentId, string Code, string Name, string OldCode, string Code102);
