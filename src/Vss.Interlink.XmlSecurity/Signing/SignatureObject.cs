using System.Text;
using Vss.Interlink.XmlSecurity.Reading;

namespace Vss.Interlink.XmlSecurity.Signing;

/// <summary>What a signature carries in a <c>ds:Object</c>: how it is digested, and how it is written.</summary>
internal abstract class SignatureObject
{
    private const string XmlMediaType = "text/xml";

    public static SignatureObject? Of(ReferenceDigest reference, SignatureOptions options) => reference.Reference switch
    {
        SignatureReference.XmlObject xml => new Xml(reference, xml.Content),
        SignatureReference.OctetObject octets => new Octets(reference, octets.Content, options.Base64InLines),
        _ => null,
    };

    /// <exception cref="XmlRefusedException">The content breaks a rule.</exception>
    /// <param name="context">Where the signature comes to stand.</param>
    /// <param name="limits">What the content is held to.</param>
    /// <param name="ids">Gets its identifiers.</param>
    public abstract void Digest(SignatureContext context, XmlLimits limits, XmlIdIndex? ids);

    /// <summary>Writes the exclusive canonical form of the <c>ds:Object</c>.</summary>
    /// <exception cref="XmlRefusedException">The content breaks a rule.</exception>
    public abstract void Canonicalize(SignatureContext context, XmlLimits limits, OctetSink sink);

    /// <summary>Writes it as UTF-8.</summary>
    public abstract ValueTask WriteAsync(Stream output, CancellationToken cancellation);

    private sealed class Xml(ReferenceDigest reference, OctetSource content) : SignatureObject
    {
        private Encoding _encoding = Encoding.UTF8;
        private long _start;

        public override void Digest(SignatureContext context, XmlLimits limits, XmlIdIndex? ids)
        {
            PassDeclaration(limits);
            var depth = context.Depth + 2;
            using var canonicalizer = reference.Canonicalizer(XmlSelection.Element(depth) with { Comments = false });   // as all references by a bare name
            Read(context, limits, canonicalizer, ids, depth);
            reference.Complete();
        }

        public override void Canonicalize(SignatureContext context, XmlLimits limits, OctetSink sink)
        {
            var depth = context.Depth + 2;
            using var canonicalizer = new Canonicalizer(CanonicalizationMethod.Exclusive, XmlSelection.Element(depth), sink);
            Read(context, limits, canonicalizer, null, depth);
        }

        private void Read(SignatureContext context, XmlLimits limits, Canonicalizer canonicalizer, XmlIdIndex? ids, int depth)
        {
            using var head = new XmlText(size: 256);
            head.Raw(context.Before.Span);
            WriteStart(head);
            var joined = new JoinedStream(new OctetStream(head.Octets), Utf8Content(), new OctetStream(new([.. "</ds:Object>"u8, .. context.After.Span])));
            using var xml = new XmlTokenizer(joined, Deeper(limits, depth));
            try
            {
                Run(xml, canonicalizer, ids, depth);
            }
            catch (DecoderFallbackException)
            {
                throw new XmlRefusedException(XmlRefusalKind.NotWellFormed, "the document has a lone surrogate");
            }

            canonicalizer.Complete();
        }

        public override async ValueTask WriteAsync(Stream output, CancellationToken cancellation)
        {
            using var text = new XmlText(size: 256);
            WriteStart(text);
            await output.WriteAsync(text.Octets, cancellation);
            if (_encoding is UTF8Encoding)
            {
                await content.CopyAsync(_start, content.Length - _start, output, cancellation);
            }
            else
            {
                await using var transcoded = Encoding.CreateTranscodingStream(output, Encoding.UTF8, _encoding, leaveOpen: true);
                await content.CopyAsync(_start, content.Length - _start, transcoded, cancellation);
            }

            await output.WriteAsync("</ds:Object>"u8.ToArray(), cancellation);
        }

        private void WriteStart(XmlText text) =>
            text.Open("ds:Object"u8).Attribute("Id"u8, reference.ObjectId).Attribute("MimeType"u8, reference.Reference.MimeType ?? XmlMediaType).Close();

        // An XML declaration may stand at the beginning of a document only.
        private void PassDeclaration(XmlLimits limits)
        {
            using var xml = content.OpenXml(limits);
            xml.Read();
            _encoding = InsertionPoint.EncodingOf(xml.Encoding);
            _start = xml.Kind == XmlTokenKind.XmlDeclaration ? xml.EndOffset : xml.Encoding.MarkLength;
        }

        private Stream Utf8Content()
        {
            var octets = content.Open(_start);
            return _encoding is UTF8Encoding ? octets : Encoding.CreateTranscodingStream(octets, _encoding, Encoding.UTF8, leaveOpen: true);
        }

        // The content must not end the object that it stands in and begin another: it is one element, no text beside it, and nothing begins behind the object.
        private static void Run(XmlTokenizer xml, Canonicalizer canonicalizer, XmlIdIndex? ids, int depth)
        {
            var children = 0;
            var isBehind = false;
            while (xml.Read())
            {
                var isStray = xml.Kind switch
                {
                    XmlTokenKind.StartElement => isBehind || (xml.Depth == depth + 1 && ++children > 1),
                    XmlTokenKind.Text => xml.Depth == depth && !XmlCharacters.IsWhite(xml.Text),
                    XmlTokenKind.CData => xml.Depth == depth,
                    _ => false,
                };
                if (isStray) throw new XmlRefusedException(XmlRefusalKind.NotWellFormed, "what is to be carried in the signature is not one document");
                if (xml.Kind == XmlTokenKind.EndElement && xml.Depth == depth) isBehind = true;
                if (xml.Depth > depth) ids?.Accept(xml);
                canonicalizer.Accept(xml);
            }

            if (children == 0) throw new XmlRefusedException(XmlRefusalKind.NotWellFormed, "what is to be carried in the signature has no root element");
        }

        private static XmlLimits Deeper(XmlLimits limits, int depth) => limits with
        {
            MaxBytes = Math.Max(limits.MaxBytes, limits.MaxBytes / 2 + int.MaxValue),
            MaxDepth = (int)Math.Min(int.MaxValue, (long)limits.MaxDepth + depth),
            MaxElements = (int)Math.Min(int.MaxValue, (long)limits.MaxElements + depth),
        };
    }

    private sealed class Octets(ReferenceDigest reference, OctetSource content, bool inLines) : SignatureObject
    {
        private const int Portion = 57 * 512;   // whole lines

        public override void Digest(SignatureContext context, XmlLimits limits, XmlIdIndex? ids) => DigestAll(content.Open(0), reference);

        public override void Canonicalize(SignatureContext context, XmlLimits limits, OctetSink sink)
        {
            using var start = new XmlText(size: 256);
            WriteStart(start);
            using var canonical = new PooledOctets(256);
            context.Canonicalize(start.End("ds:Object"u8).Octets.Span, 1, CanonicalizationMethod.Exclusive, OctetSink.To(canonical));
            sink.Write(canonical.Span[..^"</ds:Object>".Length]);
            foreach (var portion in Base64()) sink.Write(portion.Span);   // its characters stand for themselves
            sink.Write("</ds:Object>"u8);
        }

        public override async ValueTask WriteAsync(Stream output, CancellationToken cancellation)
        {
            using var start = new XmlText(size: 256);
            WriteStart(start);
            await output.WriteAsync(start.Octets, cancellation);
            foreach (var portion in Base64()) await output.WriteAsync(portion, cancellation);
            await output.WriteAsync("</ds:Object>"u8.ToArray(), cancellation);
        }

        private void WriteStart(XmlText text) => text.Open("ds:Object"u8).Attribute("Id"u8, reference.ObjectId)
            .Attribute("MimeType"u8, reference.Reference.MimeType).Attribute("Encoding"u8, XmlNames.Base64).Close();

        // A portion is valid until the next one.
        private IEnumerable<ReadOnlyMemory<byte>> Base64()
        {
            using var text = new XmlText(inLines, 2 * Portion);
            var portion = new byte[Portion];
            var input = content.Open(0);
            while (input.ReadAtLeast(portion, Portion, throwOnEndOfStream: false) is var came and > 0)
            {
                text.Clear();
                text.Base64(portion.AsSpan(0, came));
                if (inLines) text.Raw("\n"u8);
                yield return text.Octets;
            }
        }
    }

    /// <summary>Digests octets as they are.</summary>
    public static void DigestAll(Stream input, ReferenceDigest reference)
    {
        OctetSource.Feed(input, octets => reference.Write(octets.Span));
        reference.Complete();
    }
}
