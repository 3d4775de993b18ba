using System.Formats.Asn1;
using System.Security.Cryptography;
using Vss.Interlink.Trust.Cms;
using Vss.Interlink.Trust.TimeStamps;
using Vss.Interlink.Trust.Verification;
using Vss.Interlink.XmlSecurity;
using Vss.Interlink.XmlSecurity.Signatures;

namespace Vss.Interlink.Trust.Pdf;

/// <summary>One signature on its way to a verdict: first its dictionary, its ranges and what its Contents holds, all that can be told without a digest.</summary>
internal sealed class PdfSignatureTrial
{
    private const string Remedy = "Sign the document anew by PAdES (EN 319 142-1).";
    private readonly PdfFile _file;

    public PdfSignatureTrial(PdfFile file, PdfSignature signature, SignaturePolicy algorithms)
    {
        (_file, Signature) = (file, signature);
        if (!HasDictionary(algorithms)) return;
        Range = ByteRange.Read(file, signature, Ladder);
        Revision = Range?.RevisionIn(file)?.Index ?? -1;
        if (Range is null || !HasContents(signature.Contents!.Octets)) return;
        IsReady = true;
    }

    public PdfSignature Signature { get; }

    public Ladder Ladder { get; } = new();

    /// <summary>Null where it is not what it must be.</summary>
    public ByteRange? Range { get; }

    /// <summary>The revision that the signature ends; -1 where its range is not what it must be.</summary>
    public int Revision { get; } = -1;

    /// <summary>Whether there is something to be digested.</summary>
    public bool IsReady { get; }

    /// <summary>The CMS; null for a document time stamp.</summary>
    public CmsMessage? Message { get; private set; }

    /// <summary>The token; null for a signature.</summary>
    public TimeStampToken? Token { get; private set; }

    /// <summary>The digests of the ranges that judging will ask for.</summary>
    public IEnumerable<(ByteRange Range, HashAlgorithmName Hash)> Digests
    {
        get
        {
            if (!IsReady) return [];
            if (Signature.SubFilter == PdfSignature.OverSha1) return [(Range!, HashAlgorithmName.SHA1)];
            var hashes = Token is not null ? [Token.Hash] : Message!.Signers.Select(signer => signer.Digest);
            return hashes.Where(hash => hash.Name is not null).Distinct().Select(hash => (Range!, hash));
        }
    }

    public SignatureIntegrity Integrity { get; set; } = SignatureIntegrity.Unknown;

    public bool IsIntact => Integrity == SignatureIntegrity.Intact && Range is not null;

    public Signatory? Signer { get; set; }

    public DateTimeOffset? ClaimedTime { get; set; }

    public DateTimeOffset? ProvedAt { get; set; }

    /// <summary>The document time stamp, when it passed; else null.</summary>
    public PassedTimeStamp? Passed { get; set; }

    /// <summary>How far it was brought; null where its format has no levels.</summary>
    public SignatureLevel? Level { get; set; }

    public IReadOnlyList<string> Algorithms { get; set; } = [];

    /// <summary>How much of the document is signed, later updates considered.</summary>
    public SignatureScope Scope { get; set; }

    /// <summary>Whether a place is within the signature dictionary: between the object's beginning and its end.</summary>
    public bool Spans(long place) => _file.Entry(Signature.Number, _file.Latest.Revision) is { Place: PdfPlace.File } entry && place >= entry.At && Signature.Fault is null && place < _file.Find(Signature.Number, _file.Latest.Revision)!.End;

    /// <summary>A cross reference of the file names another object than the one that begins there.</summary>
    public void Misplaced(PdfFault fault) => Ladder.Fail(PdfRules.Structure, $"octet {fault.At}", fault.Message, "Write the file anew, with cross references to where its objects are, and sign that.");

    public JudgedSignature Finished() => new()
    {
        Id = Signature.Field,
        Kind = Signature.IsTimeStamp ? SignatureKind.TimeStamp : Signature.SubFilter == PdfSignature.Pades ? SignatureKind.Pades : SignatureKind.Pdf,
        Level = Level,
        Integrity = Integrity,
        Verdict = Ladder.IsWhole ? Ladder.Passed() : Ladder.Refused(),
        Coverage = !IsIntact ? [] : Scope == SignatureScope.Full ? [new Coverage(CoverageKind.WholeDocument, "")] : [new Coverage(CoverageKind.ByteRange, Range!.ToString())],
        Scope = IsIntact ? Scope : SignatureScope.None,
        Algorithms = Algorithms,
        ClaimedTime = ClaimedTime,
        ProvedAt = ProvedAt,
        Signer = Signer,
        Lacks = Ladder.Lacks,
    };

    private bool HasDictionary(SignaturePolicy algorithms)
    {
        var place = $"object {Signature.Number}";
        if (Signature.Fault is { } fault) return Ladder.Fail(PdfRules.Dictionary, place, fault.Message, Remedy);
        if (Signature.Dictionary["Type"] is not (PdfNull or PdfName { Value: "Sig" or "DocTimeStamp" })) return Ladder.Fail(PdfRules.Dictionary, place, "the value of the signature field is of another Type", Remedy);
        if (Signature.Contents is not { Octets.Length: > 0 }) return Ladder.Fail(PdfRules.Dictionary, place, "the signature has no Contents, or one that does not stand in its dictionary", Remedy);
        if (!Signature.Dictionary.Has("ByteRange")) return Ladder.Fail(PdfRules.Dictionary, place, "the signature has no ByteRange", Remedy);
        var wanted = Signature.SubFilter == PdfSignature.DocumentTimeStamp ? "DocTimeStamp" : "Sig";
        switch (Signature.SubFilter)
        {
            case PdfSignature.Pades or PdfSignature.Detached or PdfSignature.DocumentTimeStamp:
                break;
            case PdfSignature.OverSha1 when algorithms.Admits(HashAlgorithmName.SHA1):
                break;
            case PdfSignature.OverSha1:
                return Ladder.Fail(Rules.AlgorithmDigest, "SubFilter", $"{PdfSignature.OverSha1} signs a SHA-1 digest, which the policy {algorithms.Name} does not admit", Remedy);
            case var other:
                return Ladder.Fail(PdfRules.SubFilter, "SubFilter", $"{(other is null ? "the signature names no encoding" : $"signatures by {(other.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '_') ? other : "that")} are not judged here")}", Remedy);
        }

        return Ladder.Check(Signature.Dictionary.Name("Type") is null || Signature.Dictionary.Name("Type") == wanted, PdfRules.Dictionary, place, $"{Signature.SubFilter} in the field '{Signature.Field}'", $"{Signature.SubFilter} is not for a dictionary of this Type", Remedy);
    }

    // DER in a place that was left for it, with zeros behind: what else would stand there nobody signed.
    private bool HasContents(byte[] octets)
    {
        if (!AsnDecoder.TryReadEncodedValue(octets, AsnEncodingRules.BER, out _, out _, out _, out var length)) return Ladder.Fail(PdfRules.Contents, "Contents", "it is no CMS", Remedy);
        if (octets.AsSpan(length).ContainsAnyExcept((byte)0)) return Ladder.Fail(PdfRules.Contents, "Contents", "there is something else than zeros behind the CMS", Remedy);
        var encoded = octets.AsMemory(0, length);
        if (Signature.SubFilter == PdfSignature.DocumentTimeStamp) Token = TimeStampToken.TryRead(encoded);
        else Message = CmsMessage.TryRead(encoded);
        if (Message is null && Token is null) return Ladder.Fail(PdfRules.Contents, "Contents", Signature.IsTimeStamp ? "it is no time-stamp token" : "it is no SignedData", Remedy);
        var isRight = Message is null || Message.Content is null == (Signature.SubFilter != PdfSignature.OverSha1);
        return Ladder.Check(isRight, PdfRules.Contents, "Contents", $"{length} octets of CMS, then zeros", $"whether the CMS has its content in it is not as {Signature.SubFilter} asks", Remedy);
    }
}
