using System.Formats.Asn1;
using System.Globalization;

namespace Vss.Interlink.Trust.Paths;

/// <summary>Forms of names, by the tags of GeneralName: RFC 5280 section 4.2.1.6.</summary>
internal enum NameKind
{
    Other,
    Mailbox,
    Host,
    X400,
    Directory,
    EdiParty,
    Address,
    Ip,
    Registered,
}

/// <summary>An alternative name, or the base of a subtree of such.</summary>
/// <param name="Kind">Its form.</param>
/// <param name="Text">Mailbox, host and address as they stand; a directory name by <see cref="NameForm"/>; of another name its type.</param>
/// <param name="Octets">An IP address, where constraints have one with its mask; else empty.</param>
internal sealed record PathName(NameKind Kind, string Text, ReadOnlyMemory<byte> Octets)
{
    private const string InternationalMailbox = "1.3.6.1.5.5.7.8.9";

    /// <summary>Reads the next GeneralName.</summary>
    /// <exception cref="AsnContentException">There is none.</exception>
    public static PathName Read(AsnReader reader)
    {
        var tag = reader.PeekTag();
        if (tag.TagClass != TagClass.ContextSpecific || tag.TagValue > (int)NameKind.Registered) throw new AsnContentException("It is no GeneralName.");
        var kind = (NameKind)tag.TagValue;
        switch (kind)
        {
            case NameKind.Mailbox or NameKind.Host or NameKind.Address:
                return new(kind, reader.ReadCharacterString(UniversalTagNumber.IA5String, tag), default);
            case NameKind.Directory:
                return new(kind, NameForm.Of(reader.ReadSequence(tag).ReadEncodedValue()), default);
            case NameKind.Ip:
                return new(kind, "", reader.ReadOctetString(tag));
            case NameKind.Other:
                var other = reader.ReadSequence(tag);
                var type = other.ReadObjectIdentifier();
                return type == InternationalMailbox ? OfMailbox(other.ReadSequence(new Asn1Tag(TagClass.ContextSpecific, 0)).ReadCharacterString(UniversalTagNumber.UTF8String)) : new(kind, type, default);
            default:
                reader.ReadEncodedValue();
                return new(kind, "", default);
        }
    }

    // RFC 9598 section 5: constraints on mailboxes hold for these too, their hosts as A-labels.
    private static PathName OfMailbox(string mailbox)
    {
        var at = mailbox.LastIndexOf('@');
        try
        {
            return new(NameKind.Mailbox, at < 0 ? mailbox : mailbox[..(at + 1)] + new IdnMapping().GetAscii(mailbox[(at + 1)..].ToLowerInvariant()), default);
        }
        catch (ArgumentException broken)
        {
            throw new AsnContentException("A mailbox has no host.", broken);
        }
    }
}
