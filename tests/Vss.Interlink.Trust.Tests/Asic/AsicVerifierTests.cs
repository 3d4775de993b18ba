using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Vss.Interlink.TestKit.Pki;
using Vss.Interlink.Trust.Asic;
using Vss.Interlink.Trust.Certificates;
using Vss.Interlink.Trust.Policy;
using Vss.Interlink.Trust.Revocation;
using Vss.Interlink.Trust.Tests.Cms;
using Vss.Interlink.Trust.Verification;
using Vss.Interlink.XmlSecurity;
using Vss.Interlink.XmlSecurity.Signatures;

namespace Vss.Interlink.Trust.Tests.Asic;

/// <summary>EN 319 162-1: what a container's signatures cover, and containers that two readers would read differently.</summary>
public sealed class AsicVerifierTests
{
    private const string Simple = "application/vnd.etsi.asic-s+zip";
    private const string Extended = "application/vnd.etsi.asic-e+zip";
    private readonly CmsJudging _judging = new();

    [Theory]
    [InlineData(Simple)]
    [InlineData(null)]
    public void A_simple_container_has_one_signature_over_one_file(string? type)
    {
        var judged = Judge(SimpleContainer(type));
        var signature = Assert.Single(judged.Signatures);
        CmsJudging.Passes(signature);
        Assert.Equal((SignatureKind.Cades, SignatureScope.Full, "công văn.txt"), (signature.Kind, signature.Scope, Assert.Single(signature.Coverage).Reference));
        Assert.Empty(judged.Unsigned);
    }

    [Fact]
    public void A_simple_container_with_a_time_stamp_proves_when_the_file_existed()
    {
        using var authority = new OpenSslTimeStamps(_judging.Root, CmsJudging.Current);
        var token = authority.Token(authority.Stamp(CmsJudging.Content).Response);
        var signature = Assert.Single(Judge(Zip(("mimetype", Bytes(Simple)), ("a.txt", CmsJudging.Content), ("META-INF/timestamp.tst", token))).Signatures);
        CmsJudging.Passes(signature);
        Assert.Equal((SignatureKind.TimeStamp, SignatureScope.Full), (signature.Kind, signature.Scope));
        var other = Assert.Single(Judge(Zip(("mimetype", Bytes(Simple)), ("a.txt", [1]), ("META-INF/timestamp.tst", token))).Signatures);
        CmsJudging.Breaks(other, Indication.TotalFailed, SubIndication.HashFailure, Rules.Digest, SignatureIntegrity.Broken);
    }

    [Fact]
    public void What_stands_behind_a_signature_or_a_time_stamp_in_a_container_is_refused()
    {
        using var authority = new OpenSslTimeStamps(_judging.Root, CmsJudging.Current);
        var token = authority.Token(authority.Stamp(CmsJudging.Content).Response);
        foreach (var (name, octets) in new[] { ("META-INF/signature.p7s", Detached(CmsJudging.Content)), ("META-INF/timestamp.tst", token) })
            Assert.Contains(name, Judge(Zip(("mimetype", Bytes(Simple)), ("a.txt", CmsJudging.Content), (name, [.. octets, .. "junk"u8]))).Problem!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void An_extended_container_is_signed_through_its_manifest()
    {
        var judged = Judge(ExtendedContainer());
        var signature = Assert.Single(judged.Signatures);
        CmsJudging.Passes(signature);
        Assert.Equal(["a b.txt", "folder/c.bin"], signature.Coverage.Select(covered => covered.Reference));
        Assert.Equal(SignatureScope.Full, signature.Scope);
        Assert.Empty(judged.Unsigned);
    }

    [Fact]
    public void An_archive_manifest_proves_when_the_signature_existed()
    {
        using var authority = new OpenSslTimeStamps(_judging.Root, CmsJudging.Current);
        var message = Detached(CmsJudging.Content);
        var manifest = Manifest("META-INF/archive.tst", ("META-INF/signature.p7s", message), ("a.txt", CmsJudging.Content));
        (string, byte[])[] Archived(byte[] stamped) =>
            [("mimetype", Bytes(Simple)), ("a.txt", CmsJudging.Content), ("META-INF/signature.p7s", message), ("META-INF/ASiCArchiveManifest.xml", manifest), ("META-INF/archive.tst", authority.Token(authority.Stamp(stamped).Response))];
        var proved = Assert.Single(Judge(Zip(Archived(manifest))).Signatures);
        CmsJudging.Passes(proved);
        Assert.InRange(proved.ProvedAt!.Value, DateTimeOffset.UtcNow.AddMinutes(-2), DateTimeOffset.UtcNow.AddMinutes(1));
        var other = Assert.Single(Judge(Zip(Archived([1]))).Signatures);
        CmsJudging.Passes(other);
        Assert.Null(other.ProvedAt);
    }

    [Theory]
    [InlineData(false, 1, 3, 210, SubIndication.None)]
    [InlineData(true, 1, 3, 210, SubIndication.None)]
    [InlineData(false, 4, 3, 210, SubIndication.TimestampOrderFailure)]
    [InlineData(false, 1, 3, 2, SubIndication.TimestampOrderFailure)]
    public void Archive_manifests_stand_above_each_other_and_each_proves_the_one_below(bool isTimeStamp, int stamped, int first, int second, SubIndication expected)
    {
        var signed = new DateTimeOffset(2026, 3, 1, 9, 0, 0, TimeSpan.Zero);
        Action<CertificateSettings> Lives(int to) => settings => (settings.NotBefore, settings.NotAfter) = (signed.AddDays(-100), signed.AddDays(to));
        byte[] List(Holder issuer, int from) => issuer.List(list => (list.ThisUpdate, list.NextUpdate) = (signed.AddDays(from), signed.AddDays(from + 7)));
        var root = Holder.Root("CN=Root", Lives(9000));
        var (signer, time, later) = (root.Issue("CN=Signer", Lives(300)), root.TimeAuthority("CN=Time", Lives(400)), root.TimeAuthority("CN=Later", Lives(9000)));
        var maker = new CmsMaker(signer, CmsJudging.Content) { IsDetached = true };
        maker.Lists.Add(List(root, -1));
        maker.Make();
        maker.Unsigned.Add((CmsMaker.SignatureTimeStamp, time.Token(maker.Value, signed.AddDays(stamped))));
        var (name, signature) = isTimeStamp ? ("META-INF/timestamp.tst", time.Token(CmsJudging.Content, signed.AddDays(stamped))) : ("META-INF/signature.p7s", maker.Make());
        var below = Manifest("META-INF/first.tst", (name, signature), ("a.txt", CmsJudging.Content));
        var tokenBelow = time.Token(below, signed.AddDays(first), set => set.Certificates.Add(root.Certificate));
        var above = Manifest("META-INF/second.tst", (name, signature), ("META-INF/ASiCArchiveManifest1.xml", below), ("META-INF/first.tst", tokenBelow));
        var container = Zip(("mimetype", Bytes(Simple)), ("a.txt", CmsJudging.Content), (name, signature), ("META-INF/ASiCArchiveManifest1.xml", below), ("META-INF/first.tst", tokenBelow),
            ("META-INF/ASiCArchiveManifest.xml", above), ("META-INF/second.tst", later.Token(above, signed.AddDays(second))));

        using var stream = new MemoryStream(container);
        byte[][] lists = [List(root, -1), List(root, 209), List(root, 2999)];
        var store = new TrustStore([root.Certificate], [], lists.Select(list => CertificateList.TryRead(list)!));
        var judged = Assert.Single(new AsicVerifier(store, new ValidationPolicy(RevocationRule.Required, UntrustedSignerRule.JudgeIntegrity), SignaturePolicy.Default, signed.AddDays(3000)).Judge(stream).Signatures);
        Assert.True(judged.Verdict.SubIndication == expected, judged.Verdict.Failure?.ToString());
        if (!isTimeStamp && expected == SubIndication.None) Assert.Equal((SignatureLevel.LTA, signed.AddDays(stamped)), (judged.Level, judged.ProvedAt));
    }

    [Fact]
    public void A_file_that_changed_fails()
    {
        foreach (var container in new[] { ExtendedContainer(changed: [9]), SimpleContainer(Simple, content: [9]) })
            CmsJudging.Breaks(Assert.Single(Judge(container).Signatures), Indication.TotalFailed, SubIndication.HashFailure, Rules.Digest, SignatureIntegrity.Broken);
    }

    [Theory]
    [InlineData("more.txt")]
    [InlineData("META-INF/more.txt")]
    [InlineData("META-INF/signature9.p7s")]
    public void A_file_that_nobody_signed_is_told_and_the_scope_is_partial(string name)
    {
        var judged = Judge(ExtendedContainer(more: (name, [1])));
        Assert.Equal(SignatureScope.Partial, Assert.Single(judged.Signatures).Scope);
        Assert.Equal([name], judged.Unsigned);
    }

    [Theory]
    [InlineData("gone.txt")]
    [InlineData("../a%20b.txt")]
    [InlineData("http://example.vn/a.txt")]
    [InlineData("file:///etc/passwd")]
    [InlineData("/a%20b.txt")]
    public void A_manifest_refers_to_nothing_but_files_of_the_container(string uri)
    {
        var manifest = Manifest("META-INF/signature.p7s", (uri, CmsJudging.Content), ("folder/c.bin", [1, 2]), ("a%20b.txt", CmsJudging.Content));
        var signature = Assert.Single(Judge(ExtendedContainer(manifest)).Signatures);
        Assert.Equal((Indication.Indeterminate, SubIndication.SignedDataNotFound), (signature.Verdict.Indication, signature.Verdict.SubIndication));
    }

    [Fact]
    public void A_manifest_with_a_digest_that_the_policy_does_not_admit_signs_nothing()
    {
        var manifest = Encoding.UTF8.GetString(Manifest("META-INF/signature.p7s", ("a%20b.txt", CmsJudging.Content))).Replace("xmlenc#sha256", "xmlenc#ripemd160", StringComparison.Ordinal);
        var judged = Judge(ExtendedContainer(Bytes(manifest)));
        Assert.Equal(SubIndication.CryptoConstraintsFailure, Assert.Single(judged.Signatures).Verdict.SubIndication);
        Assert.Equal(["a b.txt", "folder/c.bin"], judged.Unsigned);
    }

    [Fact]
    public void A_container_without_signatures_has_none()
    {
        var judged = Judge(Zip(("a.txt", [1]), ("b.txt", [2])));
        Assert.Null(judged.Problem);
        Assert.Empty(judged.Signatures);
    }

    // Annex A.1 is for telling the type by magic number, and the member may be left out; archivers put it where they like.
    [Theory]
    [InlineData("last")]
    [InlineData("packed")]
    [InlineData("with extra fields")]
    [InlineData("with an end of line")]
    public void The_type_counts_however_an_archiver_wrote_it(string how)
    {
        var signed = Members(how == "with an end of line" ? Simple + "\n" : Simple);
        var judged = Judge(how switch
        {
            "last" => Zip([signed[1], signed[2], signed[0]]),
            "packed" => Zip(signed, packed: "mimetype"),
            "with extra fields" => WithExtra(Zip(signed)),
            _ => Zip(signed),
        });
        Assert.Null(judged.Problem);
        var signature = Assert.Single(judged.Signatures);
        CmsJudging.Passes(signature);
        Assert.Equal(how != "with an end of line", signature.Verdict.Ladder.Any(step => step.At == "mimetype"));
        Assert.Contains("one data object", Refused(Zip([.. signed, ("other.txt", [1])])), StringComparison.Ordinal);
    }

    [Fact]
    public void What_else_is_in_META_INF_is_told_as_unsigned_in_either_kind()
    {
        foreach (var container in new[] { Zip([.. Members(Simple), ("META-INF/notes.txt", [1])]), ExtendedContainer(more: ("META-INF/notes.txt", [1])) })
        {
            var judged = Judge(container);
            Assert.Null(judged.Problem);
            Assert.Equal("META-INF/notes.txt", Assert.Single(judged.Unsigned));
            Assert.Equal(SignatureScope.Partial, Assert.Single(judged.Signatures).Scope);
        }
    }

    [Theory]
    [InlineData("../evil.txt")]
    [InlineData("/evil.txt")]
    [InlineData("a/../../evil.txt")]
    [InlineData("a\\evil.txt")]
    [InlineData("C:evil.txt")]
    [InlineData("a//evil.txt")]
    [InlineData("./evil.txt")]
    [InlineData("evil\n.txt")]
    public void Names_that_lead_elsewhere_are_refused(string name) => Assert.Contains("the name of the member", Refused(Zip([.. Members(Simple), (name, [1])])), StringComparison.Ordinal);

    [Theory]
    [InlineData("công văn.txt")]
    [InlineData("CÔNG VĂN.TXT")]
    [InlineData("META-INF/Signature.p7s")]
    public void Names_that_some_system_takes_for_one_are_refused(string name) => Assert.Contains("two members have the name", Refused(Zip([.. Members(Simple), (name, [1])])), StringComparison.Ordinal);

    [Fact]
    public void Octets_before_between_and_behind_the_members_are_refused()
    {
        var whole = SimpleContainer(Simple);
        Refused([1, .. whole]);
        Refused([.. whole, 1]);
        var directory = whole.AsSpan().IndexOf("PK\u0001\u0002"u8);
        Refused([.. whole[..directory], 1, .. whole[directory..]]);
        Refused([.. whole, .. whole]);
        for (var length = 0; length < whole.Length; length++) Refused(whole[..length]);
    }

    [Fact]
    public void A_header_that_says_other_things_than_the_directory_is_refused()
    {
        var whole = SimpleContainer(Simple);
        var name = Bytes("công văn.txt");
        var local = whole.AsSpan().IndexOf(name);
        Assert.Contains("another name", Refused(With(whole, local, (byte)'C')), StringComparison.Ordinal);
        Assert.Contains("other things", Refused(With(whole, local - 30 + 22, (byte)(whole[local - 30 + 22] + 1))), StringComparison.Ordinal);
        var listed = whole.AsSpan().LastIndexOf(name);
        Assert.Contains("encrypted", Refused(With(whole, listed - 46 + 8, (byte)(whole[listed - 46 + 8] | 1))), StringComparison.Ordinal);
        Assert.Contains("method", Refused(With(whole, listed - 46 + 10, 12)), StringComparison.Ordinal);
    }

    [Fact]
    public void Sizes_out_of_all_bounds_are_refused()
    {
        var whole = SimpleContainer(Simple);
        var directory = whole.AsSpan().IndexOf("PK\u0001\u0002"u8);
        var end = whole.AsSpan().IndexOf("PK\u0005\u0006"u8);
        foreach (var (at, length) in new[] { (directory + 20, 4), (directory + 24, 4), (directory + 42, 4), (end + 8, 4), (end + 12, 4), (end + 16, 4), (whole.AsSpan().IndexOf("PK\u0003\u0004"u8) + 18, 8) })
        {
            var changed = whole.ToArray();
            changed.AsSpan(at, length).Fill(0xff);
            Refused(changed);
        }
    }

    [Fact]
    public void What_unpacks_to_far_more_than_it_is_or_than_it_says_is_refused()
    {
        Assert.Contains("times their length", Refused(Zip([.. Members(Simple), ("bomb", new byte[96 * 1024 * 1024])], packed: "bomb")), StringComparison.Ordinal);

        // An empty drawing or a table of nothing packs a thousandfold, too.
        byte[] empty = [.. new byte[8 * 1024 * 1024]];
        CmsJudging.Passes(Assert.Single(Judge(Zip([("công văn.txt", empty), ("META-INF/signature.p7s", Detached(empty))], packed: "công văn.txt")).Signatures));

        // A length that both headers understate.
        byte[] content = [.. Enumerable.Range(0, 1234).Select(number => (byte)(number % 251))];
        var whole = Zip(Members(Simple, content), packed: "công văn.txt");
        var length = BitConverter.GetBytes(content.Length);
        foreach (var place in Places(whole, length)) whole[place]--;
        Assert.Contains("does not unpack", Refused(whole), StringComparison.Ordinal);
    }

    // Many files of signatures over a member that unpacks from next to nothing.
    [Fact]
    public void What_is_unpacked_for_all_signatures_is_in_proportion_to_what_was_sent()
    {
        var reference = $"""<ds:Reference URI="big.bin"><ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><ds:DigestValue>{Convert.ToBase64String(new byte[32])}</ds:DigestValue></ds:Reference>""";
        var signature = $"""<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:SignedInfo><ds:CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/><ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"/>{reference}</ds:SignedInfo><ds:SignatureValue>{Convert.ToBase64String(new byte[64])}</ds:SignatureValue><ds:KeyInfo><ds:X509Data><ds:X509Certificate>{Convert.ToBase64String(_judging.Signer.Certificate.RawData)}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></ds:Signature>""";
        var signatures = Bytes($"""<asic:XAdESSignatures xmlns:asic="http://uri.etsi.org/02918/v1.2.1#">{signature}</asic:XAdESSignatures>""");
        Assert.Contains("ask for more", Refused(Zip([("mimetype", Bytes(Extended)), ("big.bin", new byte[60 * 1024 * 1024]), .. Enumerable.Range(0, 20).Select(index => ($"META-INF/signatures{index}.xml", signatures))], packed: "big.bin")), StringComparison.Ordinal);
    }

    [Fact]
    public void No_octet_that_changes_passes_unless_nobody_signs_it()
    {
        var whole = SimpleContainer(Simple);
        for (var at = 0; at < whole.Length; at++)
        {
            var judged = Judge(With(whole, at, (byte)(whole[at] ^ (1 << (at % 8)))));
            if (judged.Problem is not null || judged.Unsigned.Count > 0 || judged.Signatures is not [{ Verdict.Passed: true } signature]) continue;

            // What is left is times and versions of the ZIP, and what no signature of the message covers: the file is the one that was signed.
            Assert.Equal("công văn.txt", Assert.Single(signature.Coverage).Reference);
        }
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static byte[] With(byte[] whole, int at, byte value)
    {
        var changed = whole.ToArray();
        changed[at] = value;
        return changed;
    }

    private static IEnumerable<int> Places(byte[] whole, byte[] sought)
    {
        for (var at = 0; at + sought.Length <= whole.Length; at++)
        {
            if (whole.AsSpan(at, sought.Length).SequenceEqual(sought)) yield return at;
        }
    }

    private static byte[] Zip(params (string Name, byte[] Octets)[] members) => Zip(members, packed: null);

    private static byte[] Zip((string Name, byte[] Octets)[] members, string? packed)
    {
        using var written = new MemoryStream();
        using (var zip = new ZipArchive(written, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, octets) in members)
            {
                using var entry = zip.CreateEntry(name, name == packed ? CompressionLevel.Optimal : CompressionLevel.NoCompression).Open();
                entry.Write(octets);
            }
        }

        return written.ToArray();
    }

    // The first member with an extended time stamp, as Info-ZIP writes it.
    private static byte[] WithExtra(byte[] whole)
    {
        byte[] extra = [(byte)'U', (byte)'T', 5, 0, 1, 0, 0, 0, 0];
        var data = 30 + BitConverter.ToUInt16(whole, 26);
        var changed = (byte[])[.. whole[..data], .. extra, .. whole[data..]];
        changed[28] = (byte)extra.Length;
        var end = changed.AsSpan().LastIndexOf("PK\u0005\u0006"u8);
        var at = BitConverter.ToInt32(changed, end + 16) + extra.Length;
        Move(end + 16);
        for (var entry = at; entry < end; entry += 46 + BitConverter.ToUInt16(changed, entry + 28) + BitConverter.ToUInt16(changed, entry + 30))
        {
            if (BitConverter.ToInt32(changed, entry + 42) > 0) Move(entry + 42);
        }

        return changed;

        void Move(int place) => BitConverter.GetBytes(BitConverter.ToInt32(changed, place) + extra.Length).CopyTo(changed, place);
    }

    private static byte[] Manifest(string signature, params (string Uri, byte[] Octets)[] files)
    {
        var references = files.Select(file => $"""<asic:DataObjectReference URI="{file.Uri}"><ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><ds:DigestValue>{Convert.ToBase64String(SHA256.HashData(file.Octets))}</ds:DigestValue></asic:DataObjectReference>""");
        return Bytes($"""<asic:ASiCManifest xmlns:asic="http://uri.etsi.org/02918/v1.2.1#" xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><asic:SigReference URI="{signature}" MimeType="application/x-pkcs7-signature"/>{string.Concat(references)}</asic:ASiCManifest>""");
    }

    private byte[] Detached(byte[] content)
    {
        var maker = new CmsMaker(_judging.Signer, content) { IsDetached = true };
        return maker.Make();
    }

    private (string Name, byte[] Octets)[] Members(string? type, byte[]? content = null)
    {
        (string, byte[])[] signed = [("công văn.txt", content ?? CmsJudging.Content), ("META-INF/signature.p7s", Detached(CmsJudging.Content))];
        return type is null ? signed : [("mimetype", Bytes(type)), .. signed];
    }

    private byte[] SimpleContainer(string? type, byte[]? content = null) => Zip(Members(type, content));

    private byte[] ExtendedContainer(byte[]? manifest = null, byte[]? changed = null, (string Name, byte[] Octets)? more = null)
    {
        manifest ??= Manifest("META-INF/signature.p7s", ("a%20b.txt", CmsJudging.Content), ("folder/c.bin", [1, 2]));
        (string, byte[])[] members = [("mimetype", Bytes(Extended)), ("a b.txt", changed ?? CmsJudging.Content), ("folder/c.bin", [1, 2]), ("META-INF/ASiCManifest.xml", manifest), ("META-INF/signature.p7s", Detached(manifest))];
        return Zip(more is { } added ? [.. members, added] : members);
    }

    private JudgedContainer Judge(byte[] container)
    {
        using var stream = new MemoryStream(container);
        return new AsicVerifier(_judging.Store, new ValidationPolicy(RevocationRule.NotChecked, UntrustedSignerRule.JudgeIntegrity), SignaturePolicy.Default, _judging.At).Judge(stream);
    }

    private string Refused(byte[] container)
    {
        var judged = Judge(container);
        Assert.NotNull(judged.Problem);
        Assert.Empty(judged.Signatures);
        return judged.Problem.Detail;
    }
}
