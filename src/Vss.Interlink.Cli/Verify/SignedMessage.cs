using System.Security.Cryptography;
using Vss.Interlink.Trust.Cms;
using Vss.Interlink.Trust.Verification;
using Vss.Interlink.XmlSecurity;
using Vss.Interlink.XmlSecurity.Signatures;

namespace Vss.Interlink.Cli.Verify;

/// <summary>Judges the signers of a CMS or CAdES signature, with its content in it or beside it.</summary>
internal static class SignedMessage
{
    /// <exception cref="UsageException">A content is given for an S/MIME message, which brings its own, or by a name.</exception>
    public static VerifyReport Judge(VerifyRequest request, SpooledInput document)
    {
        RefuseNamed(request);
        using var octets = new BufferedStream(document.Read());
        return CmsFile.TryOpen(octets, out var problem) is { } file ? Report(request, Judge(request, file, Content(request, file))) : VerifyReport.NotReadable(problem!);
    }

    /// <summary>As PEM or S/MIME.</summary>
    /// <inheritdoc cref="Judge(VerifyRequest, SpooledInput)"/>
    public static VerifyReport JudgeArmoured(VerifyRequest request, SpooledInput document)
    {
        RefuseNamed(request);
        using var armour = MessageArmour.Open(document.Read(), out var problem);
        if (armour is null) return VerifyReport.NotReadable(problem!);
        if (armour.Contents.Count == 0) return Judge(request, armour.Message);
        using var octets = new BufferedStream(armour.Message.Read());
        if (CmsFile.TryOpen(octets, out problem) is not { } file) return VerifyReport.NotReadable(problem!);
        if (request.Content is not null) throw new UsageException("--content: what is signed stands in the S/MIME message.");
        if (file.HasContent) return VerifyReport.NotReadable(new ReportError("cms.armour", "", "the S/MIME message has its content twice, beside the signature and in it", "Give the one or the other."));

        // Line ends of text are signed as CR LF whatever the transport made of them; other content as it is.
        var judged = armour.Contents.Select(content => Judge(request, file, new CmsContent(new Coverage(CoverageKind.WholeDocument, ""), () => new MemoryStream(content, writable: false)))).ToList();
        return Report(request, judged.Find(signatures => signatures.All(signature => signature.Integrity != SignatureIntegrity.Broken)) ?? judged[0]);
    }

    private static IReadOnlyList<JudgedSignature> Judge(VerifyRequest request, CmsFile file, CmsContent content) =>
        new CmsVerifier(request.Store, request.Policy, request.Algorithms, request.At).Judge(file, content, request.Key);

    private static VerifyReport Report(VerifyRequest request, IReadOnlyList<JudgedSignature> judged) =>
        judged.Count == 0 ? VerifyReport.NotSigned : VerifyReport.Of(CoverageRequirement.Applied(request, judged, []), request.At);

    private static void RefuseNamed(VerifyRequest request)
    {
        if (request.Detached.Count > 0) throw new UsageException("--detached is for contents that a signature refers to by name; a CMS has one content without a name, which is given by --content FILE.");
    }

    private static CmsContent Content(VerifyRequest request, CmsFile file)
    {
        if (request.Content is not { } given) return CmsContent.Of(file);

        // Whoever gives a content asks whether that was signed; where another one stands in the message, it was not.
        var isOwn = file.HasContent && Digest(file.OpenContent()).AsSpan().SequenceEqual(Digest(RegularFile.Open(given)));
        return isOwn ? CmsContent.Of(file) : new CmsContent(new Coverage(CoverageKind.External, given), () => RegularFile.Open(given));
    }

    private static byte[] Digest(Stream content)
    {
        using (content) return SHA256.HashData(content);
    }
}
