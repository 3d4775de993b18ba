using Vss.Interlink.XmlSecurity.Reading;

namespace Vss.Interlink.XmlSecurity.Signatures;

/// <summary>
/// Verifies the signatures of a document by XML-DSig 1.1 and reads what XAdES adds, in two passes over the octets and in memory that does not grow with
/// them: the first finds signatures and identifiers, the second digests everything at once. It knows no trust, no clock and no network.
/// </summary>
public static class SignatureVerifier
{
    /// <summary>Verifies a document in memory.</summary>
    /// <returns>What was found; to be disposed of. Nothing in the document makes this throw.</returns>
    /// <exception cref="IOException">A content from outside cannot be read, or kept octets cannot be written.</exception>
    public static DocumentReport Verify(ReadOnlyMemory<byte> document, VerificationRequest request) =>
        Verify(() => new XmlTokenizer(document, request.Xml), document.Span[^Math.Min(document.Length, ForeseenDigest.TailLength)..], request, null);

    /// <summary>
    /// Verifies a document that is read. A stream that can seek is read twice from where it stands, and nobody may change it meanwhile; any other is kept aside
    /// while it is read, in memory up to a size and then in a temporary file.
    /// </summary>
    /// <inheritdoc cref="Verify(ReadOnlyMemory{byte}, VerificationRequest)"/>
    public static DocumentReport Verify(Stream document, VerificationRequest request)
    {
        if (document.CanSeek)
        {
            var start = document.Position;
            var tail = new byte[(int)Math.Min(document.Length - start, ForeseenDigest.TailLength)];
            document.Seek(-tail.Length, SeekOrigin.End);
            document.ReadExactly(tail);
            return Verify(
                () =>
                {
                    document.Position = start;
                    return new XmlTokenizer(document, request.Xml);
                },
                tail,
                request,
                null);
        }

        var aside = new SignedOctets(request.MaxKeptInMemory);
        using var both = new CopyingStream(document, aside);
        var isFirst = true;
        return Verify(
            () =>
            {
                (var wasFirst, isFirst) = (isFirst, false);
                return new XmlTokenizer(wasFirst ? both : aside.Open(), request.Xml);
            },
            [],
            request,
            aside);
    }

    private static DocumentReport Verify(Func<XmlTokenizer> open, ReadOnlySpan<byte> tail, VerificationRequest request, SignedOctets? aside)
    {
        var held = new HeldByReport();

        // What is to be kept is written in the second pass.
        using var foreseen = request.Keep is null ? ForeseenDigest.Of(tail) : null;
        try
        {
            using var first = open();
            using var scanner = new SignatureScanner(first, request.Ids, request.Limits, foreseen);
            scanner.Scan();
            foreseen?.Complete();
            var reports = scanner.Signatures.Count == 0 ? [] : Judge(scanner, foreseen, open, request, held);
            return new DocumentReport(reports, held);
        }
        catch (XmlRefusedException refused)
        {
            held.Dispose();
            return new DocumentReport(refused.ToRefusal());
        }
        catch
        {
            held.Dispose();
            throw;
        }
        finally
        {
            aside?.Dispose();
        }
    }

    private static List<SignatureReport> Judge(SignatureScanner scanner, ForeseenDigest? foreseen, Func<XmlTokenizer> open, VerificationRequest request, HeldByReport held)
    {
        var budget = new DigestBudget(1024 * 1024 + request.Limits.MaxDigestedPerOctet * scanner.Length);
        using var pass = new DigestPass(budget);
        using var keys = new DocumentKeys();
        using var outside = new OutsideContents(request);
        List<SignatureJudge> judges = new(scanner.Signatures.Count);
        foreach (var signature in scanner.Signatures)
        {
            if (request.Only is null || request.Only == signature.Ordinal) judges.Add(new SignatureJudge(signature, scanner, request, keys, held));
        }

        foreach (var judge in judges) judge.Plan(pass, outside);
        if (request.GoesOn is { } goesOn)
        {
            List<SignatureReport> before = new(judges.Count);
            foreach (var judge in judges) before.Add(judge.Foresee());
            if (!goesOn(before)) return before;
        }

        outside.Run();
        using (var second = open()) pass.Run(second, foreseen);
        List<SignatureReport> reports = new(judges.Count);
        foreach (var judge in judges) reports.Add(judge.Report());
        return reports;
    }

    // Gives the octets on and keeps a copy of them.
    private sealed class CopyingStream(Stream inner, SignedOctets copy) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            var read = inner.Read(buffer);
            copy.Write(buffer[..read]);
            return read;
        }

        public override void Flush() { }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
