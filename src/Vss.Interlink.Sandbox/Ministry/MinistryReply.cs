namespace Vss.Interlink.Sandbox.Ministry;

/// <summary>What the hub answered; exactly one of the two is there. Either way the hub's signature over it was verified.</summary>
/// <param name="HttpStatus">As it came.</param>
/// <param name="Answer">What was asked for.</param>
/// <param name="Fault">Why it was refused.</param>
public sealed record MinistryReply<T>(int HttpStatus, T? Answer, MinistryFault? Fault)
    where T : class
{
    /// <summary>When to come again, where the hub said so.</summary>
    public TimeSpan? RetryAfter { get; init; }
}

/// <summary>A SOAP fault of the hub, either version.</summary>
/// <param name="Code">faultcode (1.1) or Code/Value (1.2), with the prefix it came with.</param>
/// <param name="Subcode">Subcode/Value (1.2); empty otherwise.</param>
/// <param name="Reason">faultstring or Reason/Text.</param>
/// <param name="Name">Name in the hub's catalogue.</param>
/// <param name="Rule">Rule that refused; may be empty.</param>
/// <param name="Remedy">What to do.</param>
/// <param name="Passing">Whether the same message may be sent again.</param>
/// <param name="Reference">Number to ask the hub's operators about.</param>
/// <param name="Evidence">Signed evidence of the refusal; empty where there is none.</param>
public sealed record MinistryFault(string Code, string Subcode, string Reason, string Name, string Rule, string Remedy, bool Passing, string Reference, byte[] Evidence);

/// <summary>Answer to SubmitDossier.</summary>
public sealed record SubmitAnswer(string ExchangeId, DateTimeOffset AcceptedAt, bool Repeated, byte[] ContentSha256, byte[] Receipt);

/// <summary>Answer to GetStatus.</summary>
public sealed record StatusAnswer(string ExchangeId, string Sender, string MessageId, string State, DateTimeOffset AcceptedAt, IReadOnlyList<DeliveryAnswer> Deliveries);

/// <summary>One delivery in a status.</summary>
public sealed record DeliveryAnswer(string DeliveryId, string Receiver, string Purpose, string State, int Attempts);

/// <summary>Answer to GetReceipt.</summary>
public sealed record ReceiptAnswer(string ExchangeId, byte[] Receipt);

/// <summary>Answer to ListInbox.</summary>
public sealed record InboxAnswer(IReadOnlyList<InboxEntry> Items, bool More);

/// <summary>One delivery that lies in the ministry's box.</summary>
public sealed record InboxEntry(string DeliveryId, string ExchangeId, string Sender, string MessageId, string Kind, string Subject);

/// <summary>Answer to FetchDossier.</summary>
public sealed record FetchedDossier(string DeliveryId, string ExchangeId, string Assurance, string MessageId, string Sender, string Subject, IReadOnlyList<MinistryAttachment> Attachments, byte[] Seal);

/// <summary>Answer to ConfirmReceived.</summary>
public sealed record ConfirmAnswer(string DeliveryId, DateTimeOffset ConfirmedAt);
