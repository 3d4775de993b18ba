using System.Formats.Asn1;
using System.Security.Cryptography;

namespace Vss.Interlink.XmlSecurity.Signatures;

/// <summary>
/// What the time stamps of one signature should be over, digested while the document passes. An archive time stamp is over many parts in an order of its
/// own (EN 319 132-1 section 5.5.2): a part that comes before its turn waits.
/// </summary>
internal sealed class TimeStampImprints
{
    // What it costs to have a part digested at all, as octets of the work that a document is allowed: many stamps over many small parts are work too.
    private const int OctetsPerPart = 128;

    private readonly List<(TimeStampModel Model, byte[] Token, TokenImprint? Claimed, InOrder? Parts)> _stamps = [];

    private readonly int _crlsOfKeyInfo;

    private TimeStampImprints(int crlsOfKeyInfo) => _crlsOfKeyInfo = crlsOfKeyInfo;

    /// <summary>Asks for what is to be digested.</summary>
    public static TimeStampImprints Plan(SignatureModel signature, XadesModel xades, List<ReferencePlan> references, DigestPass pass, HeldByReport held, WaitingOctets waiting)
    {
        var imprints = new TimeStampImprints(signature.KeyInfo?.Crls.Count ?? 0);
        foreach (var stamp in xades.TimeStamps)
        {
            Dictionary<HashAlgorithmName, InOrder> byHash = [];
            foreach (var token in stamp.Tokens)
            {
                var claimed = TokenImprint.Of(token);
                InOrder? parts = null;
                if (stamp is { Kind: not TimeStampKind.Other, Canonicalization: not null } && claimed?.Method is { } method && !byHash.TryGetValue(method.Hash, out parts)
                    && Jobs(stamp, signature, xades, references, pass) is { } jobs && pass.TryCharge(OctetsPerPart * jobs.Count))
                {
                    byHash[method.Hash] = parts = new InOrder(jobs, method.Hash, held, waiting);
                }

                imprints._stamps.Add((stamp, token, claimed, parts));
            }
        }

        return imprints;
    }

    /// <summary>What came of it. A token over other octets breaks a rung.</summary>
    public List<TimeStampReport> Report(Ladder ladder)
    {
        List<TimeStampReport> reports = new(_stamps.Count);
        foreach (var (model, token, claimed, parts) in _stamps)
        {
            var imprint = parts?.Digest();
            bool? isOverThis = imprint is null ? null : CryptographicOperations.FixedTimeEquals(imprint, claimed!.Value);
            var at = model.Kind switch { TimeStampKind.Archive => "xades141:ArchiveTimeStamp", TimeStampKind.Content => "xades:AllDataObjectsTimeStamp", _ => "xades:SignatureTimeStamp" };
            if (isOverThis == false) ladder.Fail(SignatureRules.TimeStamp, at, "the time stamp is over other octets");
            else if (isOverThis == true) ladder.Pass(SignatureRules.TimeStamp, at, "the time stamp is over these octets");
            else if (claimed is null) ladder.Fail(SignatureRules.TimeStamp, at, "the time-stamp token cannot be read");
            else if (model.Kind is TimeStampKind.Signature or TimeStampKind.Archive) ladder.Fail(SignatureRules.TimeStamp, at, "what the time stamp is over cannot be computed");
            reports.Add(new TimeStampReport(model.Kind, token, claimed?.Method?.Hash.Name ?? "", imprint, isOverThis) { Position = model.Position, CrlsBefore = _crlsOfKeyInfo + model.Before.Crls, OcspsBefore = model.Before.Ocsps });
        }

        return reports;
    }

    // Null when a part of it cannot be digested.
    private static List<DigestJob>? Jobs(TimeStampModel stamp, SignatureModel signature, XadesModel xades, List<ReferencePlan> references, DigestPass pass)
    {
        if (stamp.Kind == TimeStampKind.Signature) return [Element(signature.ValueOrdinal)];
        List<DigestJob> parts = [];
        foreach (var reference in references)
        {
            if (stamp.Kind == TimeStampKind.Content && reference.Reference.Type == DsigNames.SignedPropertiesType) continue;   // it stands in there itself
            if (reference.Job is not { } job) return null;

            // Nodes that no transform made octets take the time stamp's canonicalisation.
            var isNodes = reference.Target is not null && !reference.Source.IsBase64 && !EndsCanonical(reference.Reference);
            parts.Add(isNodes ? pass.Job(reference.Source with { Method = stamp.Canonicalization, Prefixes = stamp.Prefixes }) : job);
        }

        if (stamp.Kind == TimeStampKind.Content) return parts;
        parts.Add(Element(signature.SignedInfo!.Ordinal));
        parts.Add(Element(signature.ValueOrdinal));
        if (signature.KeyInfo is { } keyInfo) parts.Add(Element(keyInfo.Ordinal));
        for (var index = 0; index < stamp.Position; index++) parts.Add(Element(xades.Unsigned[index]));
        foreach (var (ordinal, holdsProperties, _) in signature.Objects)
        {
            if (!holdsProperties) parts.Add(Element(ordinal));
        }

        return parts;

        DigestJob Element(int ordinal) => pass.Job(DigestSource.Element(ordinal, stamp.Canonicalization!, stamp.Prefixes));
    }

    private static bool EndsCanonical(ReferenceModel reference)
    {
        foreach (var transform in reference.Transforms)
        {
            if (transform.Kind == TransformKind.Canonical) return true;
        }

        return false;
    }

    // One digest over parts in a given order, whatever the order they come in.
    private sealed class InOrder : OctetSink
    {
        private readonly List<DigestJob> _jobs;
        private readonly List<(long Start, long Length)>?[] _early;
        private readonly IncrementalHash _hash;
        private readonly WaitingOctets _waiting;
        private int _turn;

        public InOrder(List<DigestJob> jobs, HashAlgorithmName hash, HeldByReport held, WaitingOctets waiting)
        {
            (_jobs, _waiting, _early) = (jobs, waiting, new List<(long, long)>?[jobs.Count]);
            _hash = held.Hold(IncrementalHash.CreateHash(hash));
            for (var index = 0; index < jobs.Count; index++) jobs[index].Also(new Part(this, index));
        }

        /// <summary>Null when a part of it was refused.</summary>
        public byte[]? Digest()
        {
            foreach (var job in _jobs)
            {
                if (!job.IsDone) return null;
            }

            Pass(_jobs.Count);
            return _hash.GetCurrentHash();
        }

        public override void Write(ReadOnlySpan<byte> octets) => _hash.AppendData(octets);

        private void Write(int index, ReadOnlySpan<byte> octets)
        {
            Pass(index);
            if (_turn == index) Write(octets);
            else _waiting.Write(_early[index] ??= [], octets);
        }

        // Moves on to a part when all before it are done.
        private void Pass(int index)
        {
            while (_turn < index && _jobs[_turn].IsDone)
            {
                _turn++;
                if (_turn == _jobs.Count || _early[_turn] is not { } early) continue;
                _waiting.Read(early, this);
                _early[_turn] = null;
            }
        }

        private sealed class Part(InOrder whole, int index) : OctetSink
        {
            public override void Write(ReadOnlySpan<byte> octets) => whole.Write(index, octets);
        }
    }

    /// <summary>The message imprint that a token has: RFC 3161 section 2.4.2. Nothing else of it is looked at here.</summary>
    private sealed record TokenImprint(DigestMethod? Method, byte[] Value)
    {
        public static TokenImprint? Of(byte[] token)
        {
            try
            {
                var signedData = new AsnReader(token, AsnEncodingRules.BER).ReadSequence();
                signedData.ReadObjectIdentifier();
                signedData = signedData.ReadSequence(new Asn1Tag(TagClass.ContextSpecific, 0)).ReadSequence();
                signedData.ReadInteger();
                signedData.ReadSetOf();
                var content = signedData.ReadSequence();
                content.ReadObjectIdentifier();
                var info = new AsnReader(content.ReadSequence(new Asn1Tag(TagClass.ContextSpecific, 0)).ReadOctetString(), AsnEncodingRules.BER).ReadSequence();
                info.ReadInteger();
                info.ReadObjectIdentifier();
                var imprint = info.ReadSequence();
                var hash = imprint.ReadSequence().ReadObjectIdentifier();
                return new TokenImprint(MethodOf(hash), imprint.ReadOctetString());
            }
            catch (AsnContentException)
            {
                return null;
            }
        }

        private static DigestMethod? MethodOf(string oid) => oid switch
        {
            "2.16.840.1.101.3.4.2.1" => DigestMethod.Of(HashAlgorithmName.SHA256),
            "2.16.840.1.101.3.4.2.2" => DigestMethod.Of(HashAlgorithmName.SHA384),
            "2.16.840.1.101.3.4.2.3" => DigestMethod.Of(HashAlgorithmName.SHA512),
            "1.3.14.3.2.26" => DigestMethod.Of(HashAlgorithmName.SHA1),
            _ => null,
        };
    }
}
