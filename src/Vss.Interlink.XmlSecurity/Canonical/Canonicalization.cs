using Vss.Interlink.XmlSecurity.Reading;

namespace Vss.Interlink.XmlSecurity;

/// <summary>Canonical forms in one pass over a document, in memory that does not grow with it. See <see cref="Canonicalizer"/>.</summary>
public static class Canonicalization
{
    /// <summary>Writes one canonical form.</summary>
    /// <returns>Null when it was written whole. Otherwise why not: the document broke a rule or a limit, or nothing is selected; what the sink has got is of no use then.</returns>
    /// <exception cref="IOException"><paramref name="input"/> itself fails, or the sink.</exception>
    public static XmlRefusal? Write(
        Stream input, XmlLimits limits, CanonicalizationMethod method, XmlSelection selection, OctetSink sink, InclusivePrefixes? inclusivePrefixes = null)
    {
        using var canonicalizer = new Canonicalizer(method, selection, sink, inclusivePrefixes);
        return Write(input, limits, canonicalizer);
    }

    /// <inheritdoc cref="Write(Stream, XmlLimits, CanonicalizationMethod, XmlSelection, OctetSink, InclusivePrefixes?)"/>
    public static XmlRefusal? Write(
        ReadOnlyMemory<byte> octets, XmlLimits limits, CanonicalizationMethod method, XmlSelection selection, OctetSink sink, InclusivePrefixes? inclusivePrefixes = null)
    {
        using var canonicalizer = new Canonicalizer(method, selection, sink, inclusivePrefixes);
        return Write(octets, limits, canonicalizer);
    }

    /// <summary>Writes several canonical forms in one pass.</summary>
    /// <inheritdoc cref="Write(Stream, XmlLimits, CanonicalizationMethod, XmlSelection, OctetSink, InclusivePrefixes?)"/>
    public static XmlRefusal? Write(Stream input, XmlLimits limits, params ReadOnlySpan<Canonicalizer> canonicalizers)
    {
        using var xml = new XmlTokenizer(input, limits);
        return Write(xml, canonicalizers);
    }

    /// <inheritdoc cref="Write(Stream, XmlLimits, ReadOnlySpan{Canonicalizer})"/>
    public static XmlRefusal? Write(ReadOnlyMemory<byte> octets, XmlLimits limits, params ReadOnlySpan<Canonicalizer> canonicalizers)
    {
        using var xml = new XmlTokenizer(octets, limits);
        return Write(xml, canonicalizers);
    }

    private static XmlRefusal? Write(XmlTokenizer xml, ReadOnlySpan<Canonicalizer> canonicalizers)
    {
        try
        {
            while (xml.Read())
            {
                foreach (var canonicalizer in canonicalizers) canonicalizer.Accept(xml);
            }

            foreach (var canonicalizer in canonicalizers) canonicalizer.Complete();
            return null;
        }
        catch (XmlRefusedException refused)
        {
            return refused.ToRefusal();
        }
    }
}
