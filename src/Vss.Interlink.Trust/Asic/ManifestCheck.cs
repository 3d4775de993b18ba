using System.Security.Cryptography;
using Vss.Interlink.Trust.Verification;
using Vss.Interlink.XmlSecurity.Signatures;

namespace Vss.Interlink.Trust.Asic;

/// <summary>Holds the data objects of a container against a manifest: EN 319 162-1 annex A.4.</summary>
internal sealed class ManifestCheck(ZipContainer container, SignaturePolicy algorithms)
{
    private const string Remedy = "Give the container as it was signed.";

    /// <summary>The rungs, and the names of the files whose digests are right.</summary>
    public (Ladder Ladder, IReadOnlyList<string> Names) Run(AsicManifest manifest)
    {
        var ladder = new Ladder();
        List<string> names = [];
        if (manifest.References.Count == 0) ladder.Fail(Rules.Structure, "ASiCManifest", "the manifest names no data object", "Name in the manifest what is signed.");
        foreach (var reference in manifest.References)
        {
            if (Check(reference, ladder) is { } name) names.Add(name);
        }

        return (ladder, names);
    }

    private string? Check(ManifestReference reference, Ladder ladder)
    {
        if (AsicVerifier.MemberOf(container, reference.Uri) is not { } member)
        {
            ladder.Fail(Rules.ReferenceResolved, reference.Uri, "the manifest names a file that is not in the container, and nothing is fetched", Remedy);
            return null;
        }

        var isAdmitted = reference.Hash.Name is not null && (reference.Hash != HashAlgorithmName.SHA1 || algorithms.AdmitsSha1);
        if (!isAdmitted)
        {
            ladder.Fail(Rules.AlgorithmDigest, member.Name, $"the policy {algorithms.Name} does not admit the digest {reference.Algorithm}", "Sign with SHA-256 or better.");
            return null;
        }

        var isRight = CryptographicOperations.FixedTimeEquals(container.Digest(member, reference.Hash), reference.Digest);
        return ladder.Check(isRight, Rules.Digest, member.Name, "the digest in the manifest is right", "the file was changed after it was signed", Remedy) ? member.Name : null;
    }
}
