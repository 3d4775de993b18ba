using System.Xml;

namespace Vss.Interlink.XmlSecurity;

/// <summary>The document broke a rule of XML or of <see cref="XmlLimits"/>. Thrown inside the project only; at its edge it becomes an <see cref="XmlRefusal"/>.</summary>
internal sealed class XmlRefusedException(XmlRefusalKind kind, string detail, XmlPlace place = default) : XmlException(detail, null, Whole(place.Line), Whole(place.Column))
{
    public XmlRefusalKind Kind { get; } = kind;

    public XmlPlace Place { get; } = place;

    // XmlException appends line and position to its text; the refusal carries them apart.
    public override string Message { get; } = detail;

    public XmlRefusal ToRefusal() => new(Kind, Message, Place.ToString());

    private static int Whole(long count) => (int)Math.Min(count, int.MaxValue);
}

/// <summary>A place in the octets as they came.</summary>
/// <param name="Line">From 1; 0 where there is no place.</param>
/// <param name="Column">UTF-16 units from 1, as editors count.</param>
/// <param name="Offset">Octets before it, the byte order mark included.</param>
internal readonly record struct XmlPlace(long Line, long Column, long Offset)
{
    public override string ToString() => Line == 0 ? "" : $"line {Line}, column {Column}, octet {Offset}";
}
