using System.Formats.Asn1;
using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace Vss.Interlink.TestKit.Pki;

/// <summary>A GeneralName of each form, DER: RFC 5280 section 4.2.1.6.</summary>
public static class GeneralNames
{
    public static byte[] Mailbox(string mailbox) => Text(1, mailbox);

    public static byte[] Host(string host) => Text(2, host);

    public static byte[] Address(string address) => Text(6, address);

    /// <param name="name">The outermost relative name last, as names are printed.</param>
    public static byte[] Directory(string name) => Write(writer =>
    {
        using (writer.PushSequence(Extensions.Context(4))) writer.WriteEncodedValue(new X500DistinguishedName(name).RawData);
    });

    /// <param name="address">The address.</param>
    /// <param name="mask">Its mask, where it is the base of a subtree.</param>
    public static byte[] Ip(string address, string? mask = null) => Write(writer =>
        writer.WriteOctetString([.. IPAddress.Parse(address).GetAddressBytes(), .. mask is null ? [] : IPAddress.Parse(mask).GetAddressBytes()], Extensions.Context(7)));

    /// <summary>Of the type of RFC 9598.</summary>
    public static byte[] InternationalMailbox(string mailbox) => Other("1.3.6.1.5.5.7.8.9", mailbox);

    public static byte[] Other(string type, string text) => Write(writer =>
    {
        using var other = writer.PushSequence(Extensions.Context(0));
        writer.WriteObjectIdentifier(type);
        using (writer.PushSequence(Extensions.Context(0))) writer.WriteCharacterString(UniversalTagNumber.UTF8String, text);
    });

    private static byte[] Text(int number, string text) => Write(writer => writer.WriteCharacterString(UniversalTagNumber.IA5String, text, Extensions.Context(number)));

    private static byte[] Write(Action<AsnWriter> write)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        write(writer);
        return writer.Encode();
    }
}
