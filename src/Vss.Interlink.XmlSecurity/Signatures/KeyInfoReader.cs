namespace Vss.Interlink.XmlSecurity.Signatures;

/// <summary>Reads ds:KeyInfo (XML-DSig 1.1 section 4.5) and the reference to a security token in it (WS-Security 1.1.1 section 7).</summary>
internal static class KeyInfoReader
{
    /// <summary>Reads the element of the start tag. What cannot lead to a key is passed by; what leads outside is noted as a broken rule.</summary>
    public static KeyInfoModel Read(ElementWalk walk)
    {
        var xml = walk.Xml;
        var depth = xml.Depth;
        var keyInfo = new KeyInfoModel(xml.Ordinal);
        while (walk.NextChild(depth))
        {
            if (walk.Is("X509Data"u8, DsigNames.Dsig)) ReadX509Data(walk, keyInfo);
            else if (walk.Is("KeyValue"u8, DsigNames.Dsig)) ReadKeyValue(walk, keyInfo);
            else if (walk.Is("DEREncodedKeyValue"u8, DsigNames.Dsig11)) keyInfo.Values.Add(new KeyValueModel(SubjectPublicKeyInfo: walk.ReadBase64(walk.Limits.MaxValue)));
            else if (walk.Is("SecurityTokenReference"u8, DsigNames.Wsse)) ReadTokenReference(walk, keyInfo);
            else
            {
                if (walk.Is("RetrievalMethod"u8, DsigNames.Dsig)) keyInfo.BrokenRule = SignatureRules.RetrievalMethod;
                else if (walk.Is("KeyInfoReference"u8, DsigNames.Dsig11)) keyInfo.BrokenRule = SignatureRules.KeyInfoReference;
                walk.Pass();
            }

            if (keyInfo.Values.Count > walk.Limits.MaxCertificates) throw walk.Broken(SignatureRules.Limit, $"more than {walk.Limits.MaxCertificates} key values");
        }

        return keyInfo;
    }

    private static void ReadX509Data(ElementWalk walk, KeyInfoModel keyInfo)
    {
        var depth = walk.Xml.Depth;
        while (walk.NextChild(depth))
        {
            if (walk.Is("X509Certificate"u8, DsigNames.Dsig)) keyInfo.Certificates.Add(walk.ReadBase64(walk.Limits.MaxCertificate));
            else if (walk.Is("X509CRL"u8, DsigNames.Dsig)) keyInfo.Crls.Add(walk.ReadBase64(walk.Limits.MaxEvidence));
            else walk.Pass();
            if (keyInfo.Certificates.Count > walk.Limits.MaxCertificates) throw walk.Broken(SignatureRules.Limit, $"more than {walk.Limits.MaxCertificates} certificates");
            if (keyInfo.Crls.Count > walk.Limits.MaxCertificates) throw walk.Broken(SignatureRules.Limit, $"more than {walk.Limits.MaxCertificates} revocation lists");
        }
    }

    private static void ReadKeyValue(ElementWalk walk, KeyInfoModel keyInfo)
    {
        var depth = walk.Xml.Depth;
        if (!walk.NextChild(depth)) throw walk.Broken(SignatureRules.Structure, "an empty KeyValue");
        var inside = walk.Xml.Depth;
        if (walk.Is("RSAKeyValue"u8, DsigNames.Dsig))
        {
            walk.Expect(inside, "Modulus"u8, DsigNames.Dsig);
            var modulus = walk.ReadBase64(walk.Limits.MaxValue);
            walk.Expect(inside, "Exponent"u8, DsigNames.Dsig);
            var exponent = walk.ReadBase64(walk.Limits.MaxValue);
            walk.Close(inside);
            keyInfo.Values.Add(new KeyValueModel(Modulus: modulus, Exponent: exponent));
        }
        else if (walk.Is("ECKeyValue"u8, DsigNames.Dsig11))
        {
            walk.Expect(inside, "NamedCurve"u8, DsigNames.Dsig11);
            var curve = walk.Attribute("URI"u8) ?? throw walk.Broken(SignatureRules.Structure, "a curve without a name");
            walk.Close(walk.Xml.Depth);
            walk.Expect(inside, "PublicKey"u8, DsigNames.Dsig11);
            var point = walk.ReadBase64(walk.Limits.MaxValue);
            walk.Close(inside);
            keyInfo.Values.Add(new KeyValueModel(Curve: curve, Point: point));
        }
        else
        {
            // A key of another kind cannot be compared with a certificate's; it verifies nothing either.
            if (walk.Is("DSAKeyValue"u8, DsigNames.Dsig)) keyInfo.BrokenRule = SignatureRules.AlgorithmDsa;
            walk.Pass();
        }

        walk.Close(depth);
    }

    private static void ReadTokenReference(ElementWalk walk, KeyInfoModel keyInfo)
    {
        var depth = walk.Xml.Depth;
        while (walk.NextChild(depth))
        {
            if (walk.Is("Reference"u8, DsigNames.Wsse))
            {
                if (keyInfo.TokenUri is not null) throw walk.Broken(SignatureRules.Structure, "more than one security token");
                keyInfo.TokenUri = walk.Attribute("URI"u8) ?? "";
            }

            walk.Pass();
        }
    }
}
