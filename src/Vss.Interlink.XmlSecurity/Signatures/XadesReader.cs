using System.Globalization;
using Vss.Interlink.XmlSecurity.Reading;

namespace Vss.Interlink.XmlSecurity.Signatures;

/// <summary>Reads xades:QualifyingProperties (EN 319 132-1): what is signed strictly, of what is not signed the evidence, the rest passed by.</summary>
internal sealed class XadesReader(ElementWalk walk)
{
    private readonly XmlTokenizer _xml = walk.Xml;
    private readonly XadesModel _model = new();
    private readonly List<string> _commitments = [];
    private readonly List<string> _roles = [];
    private readonly List<KeyValuePair<string, string>> _mediaTypes = [];
    private int _tokens;

    /// <summary>Reads the element of the start tag.</summary>
    public XadesModel Read()
    {
        var depth = _xml.Depth;
        _model.Target = walk.Attribute("Target"u8) ?? "";
        for (var last = 0; walk.NextChild(depth);)
        {
            var place = Is("SignedProperties"u8) ? 1 : Is("UnsignedProperties"u8) ? 2 : 0;
            if (place <= last) throw walk.Broken(SignatureRules.XadesStructure, "expected SignedProperties, then UnsignedProperties");
            last = place;
            if (place == 1) ReadSigned();
            else Children(("UnsignedSignatureProperties", ReadUnsigned));
        }

        _model.Claims = _model.Claims with { Commitments = _commitments, Roles = _roles, MediaTypes = _mediaTypes };
        return _model;
    }

    private bool Is(ReadOnlySpan<byte> name) => walk.Is(name, DsigNames.Xades);

    // Reads the known children of the element of the start tag, each at most once, and passes the others by.
    private void Children(params ReadOnlySpan<(string Name, Action Read)> known)
    {
        var depth = _xml.Depth;
        var seen = 0;
        while (walk.NextChild(depth))
        {
            var index = 0;
            while (index < known.Length && !Is(System.Text.Encoding.UTF8.GetBytes(known[index].Name))) index++;
            if (index == known.Length)
            {
                walk.Pass();
                continue;
            }

            if ((seen & (1 << index)) != 0) throw walk.Broken(SignatureRules.XadesStructure, $"more than one {known[index].Name}");
            seen |= 1 << index;
            known[index].Read();
        }
    }

    private void ReadSigned()
    {
        _model.SignedOrdinal = _xml.Ordinal;
        Children(
            ("SignedSignatureProperties", () => Children(
                ("SigningTime", ReadSigningTime),
                ("SigningCertificate", ReadSigningCertificate),
                ("SigningCertificateV2", ReadSigningCertificate),
                ("SignaturePolicyIdentifier", ReadPolicy),
                ("SignerRole", () => Children(("ClaimedRoles", ReadRoles))),
                ("SignerRoleV2", () => Children(("ClaimedRoles", ReadRoles))))),
            ("SignedDataObjectProperties", ReadDataObjects));
    }

    private void ReadSigningTime()
    {
        var text = walk.ReadString();
        var isTime = DateTimeOffset.TryParseExact(text, "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time);
        _model.Claims = _model.Claims with { SigningTime = isTime ? time : throw walk.Broken(SignatureRules.XadesStructure, "a SigningTime that is no time") };
    }

    private void ReadSigningCertificate()
    {
        if (_model.SigningCertificates is not null) throw walk.Broken(SignatureRules.XadesStructure, "both forms of SigningCertificate");
        var depth = _xml.Depth;
        List<NamedCertificate> named = [];
        while (walk.NextChild(depth))
        {
            if (!Is("Cert"u8)) throw walk.Broken(SignatureRules.XadesStructure, "expected Cert elements and no others");
            if (named.Count == walk.Limits.MaxCertificates) throw walk.Broken(SignatureRules.Limit, $"more than {walk.Limits.MaxCertificates} named certificates");
            var inside = _xml.Depth;
            walk.Expect(inside, "CertDigest"u8, DsigNames.Xades);
            var digestDepth = _xml.Depth;
            walk.Expect(digestDepth, "DigestMethod"u8, DsigNames.Dsig);
            var method = DigestMethod.Of(walk.Algorithm());
            walk.Close(_xml.Depth);
            walk.Expect(digestDepth, "DigestValue"u8, DsigNames.Dsig);
            named.Add(new NamedCertificate(method, walk.ReadBase64(walk.Limits.MaxValue)));
            walk.Close(digestDepth);
            walk.PassToEnd(inside);   // the issuer and serial number are a hint only
        }

        _model.SigningCertificates = named.Count > 0 ? named : throw walk.Broken(SignatureRules.XadesStructure, "an empty SigningCertificate");
    }

    private void ReadPolicy()
    {
        _model.Claims = _model.Claims with { PolicyId = "" };
        Children(("SignaturePolicyId", () => Children(("SigPolicyId", () => Children(("Identifier", () => _model.Claims = _model.Claims with { PolicyId = walk.ReadString() }))))));
    }

    private void ReadRoles()
    {
        var depth = _xml.Depth;
        while (walk.NextChild(depth))
        {
            // A role may be any content; what is a text is told.
            var inside = _xml.Depth;
            if (!Is("ClaimedRole"u8) || _roles.Count == walk.Limits.MaxUnsignedProperties) walk.Pass();
            else if (walk.TryReadString(out var role)) _roles.Add(role);
            else walk.PassToEnd(inside);
        }
    }

    private void ReadDataObjects()
    {
        var depth = _xml.Depth;
        while (walk.NextChild(depth))
        {
            if (Is("DataObjectFormat"u8))
            {
                var reference = walk.Attribute("ObjectReference"u8) ?? "";
                Children(("MimeType", () => Add(_mediaTypes, new(reference, walk.ReadString()))));
            }
            else if (Is("CommitmentTypeIndication"u8))
            {
                Children(("CommitmentTypeId", () => Children(("Identifier", () => Add(_commitments, walk.ReadString())))));
            }
            else if (Is("AllDataObjectsTimeStamp"u8) || Is("IndividualDataObjectsTimeStamp"u8))
            {
                ReadTimeStamp(Is("AllDataObjectsTimeStamp"u8) ? TimeStampKind.Content : TimeStampKind.Other);
            }
            else
            {
                walk.Pass();
            }
        }
    }

    private void Add<T>(List<T> list, T value)
    {
        if (list.Count == walk.Limits.MaxReferences) throw walk.Broken(SignatureRules.Limit, $"more than {walk.Limits.MaxReferences} properties of signed objects");
        list.Add(value);
    }

    private void ReadUnsigned()
    {
        var depth = _xml.Depth;
        while (walk.NextChild(depth))
        {
            if (_model.Unsigned.Count == walk.Limits.MaxUnsignedProperties) throw walk.Broken(SignatureRules.Limit, $"more than {walk.Limits.MaxUnsignedProperties} unsigned properties");
            var ordinal = _xml.Ordinal;
            if (Is("CertificateValues"u8)) ReadCertificateValues();
            else if (Is("RevocationValues"u8)) ReadRevocationValues();
            else if (walk.Is("TimeStampValidationData"u8, DsigNames.Xades141)) Children(("CertificateValues", ReadCertificateValues), ("RevocationValues", ReadRevocationValues));
            else ReadTimeStampOrPass();
            _model.Unsigned.Add(ordinal);
        }
    }

    private void ReadCertificateValues()
    {
        _model.HasCertificateValues = true;
        ReadEvidence("EncapsulatedX509Certificate"u8, _model.Certificates);
    }

    private void ReadRevocationValues()
    {
        _model.HasRevocationValues = true;
        Children(("CRLValues", () => ReadEvidence("EncapsulatedCRLValue"u8, _model.Crls)), ("OCSPValues", () => ReadEvidence("EncapsulatedOCSPValue"u8, _model.Ocsps)));
    }

    private void ReadEvidence(ReadOnlySpan<byte> name, List<byte[]> values)
    {
        var depth = _xml.Depth;
        while (walk.NextChild(depth))
        {
            if (!Is(name)) walk.Pass();
            else if (values.Count == walk.Limits.MaxUnsignedProperties) throw walk.Broken(SignatureRules.Limit, $"more than {walk.Limits.MaxUnsignedProperties} values of one kind");
            else values.Add(walk.ReadBase64(walk.Limits.MaxEvidence));
        }
    }

    private void ReadTimeStampOrPass()
    {
        var isOther = Is("SigAndRefsTimeStamp"u8) || Is("RefsOnlyTimeStamp"u8) || Is("ArchiveTimeStamp"u8)
            || walk.Is("SigAndRefsTimeStampV2"u8, DsigNames.Xades141) || walk.Is("RefsOnlyTimeStampV2"u8, DsigNames.Xades141);
        if (Is("SignatureTimeStamp"u8)) ReadTimeStamp(TimeStampKind.Signature);
        else if (walk.Is("ArchiveTimeStamp"u8, DsigNames.Xades141)) ReadTimeStamp(TimeStampKind.Archive);
        else if (isOther) ReadTimeStamp(TimeStampKind.Other);
        else walk.Pass();
    }

    private void ReadTimeStamp(TimeStampKind kind)
    {
        if (_model.TimeStamps.Count == walk.Limits.MaxUnsignedProperties) throw walk.Broken(SignatureRules.Limit, $"more than {walk.Limits.MaxUnsignedProperties} time stamps");
        var (depth, ordinal) = (_xml.Depth, _xml.Ordinal);
        var uri = CanonicalizationMethod.Inclusive.Uri;   // EN 319 132-1 section 4.5, when none is named
        var prefixes = "";
        List<byte[]> tokens = [];
        while (walk.NextChild(depth))
        {
            if (walk.Is("CanonicalizationMethod"u8, DsigNames.Dsig))
            {
                uri = walk.Algorithm();
                var inside = _xml.Depth;
                while (walk.NextChild(inside))
                {
                    if (walk.Is("InclusiveNamespaces"u8, DsigNames.Exclusive)) prefixes = walk.Attribute("PrefixList"u8) ?? "";
                    walk.Pass();
                }
            }
            else if (Is("EncapsulatedTimeStamp"u8))
            {
                if (_tokens++ == walk.Limits.MaxUnsignedProperties) throw walk.Broken(SignatureRules.Limit, $"more than {walk.Limits.MaxUnsignedProperties} time-stamp tokens");
                tokens.Add(walk.ReadBase64(walk.Limits.MaxEvidence));
            }
            else
            {
                if (Is("Include"u8)) kind = TimeStampKind.Other;   // it names what it is over
                walk.Pass();
            }
        }

        CanonicalizationMethod.TryFromUri(uri, out var method);
        _model.TimeStamps.Add(new TimeStampModel(kind, ordinal, _model.Unsigned.Count, method, prefixes, tokens) { Before = (_model.Crls.Count, _model.Ocsps.Count) });
    }
}
