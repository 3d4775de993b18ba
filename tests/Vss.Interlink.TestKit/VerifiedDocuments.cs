using Vss.Interlink.Trust.Verification;
using Vss.Interlink.XmlSecurity;

namespace Vss.Interlink.TestKit;

/// <summary>Verified documents for tests of what comes after verification; the tests of Trust and of the edges make theirs by verifying.</summary>
public static class VerifiedDocuments
{
    /// <summary>Signed by a certificate with this subject; with a digest of its seal when that is a detached one.</summary>
    public static VerifiedDocument Signed(string subject, ReadOnlyMemory<byte> octets, IReadOnlyDictionary<string, ReadOnlyMemory<byte>>? parts = null, ReadOnlyMemory<byte> seal = default) =>
        new(Assurance.Signed, new Signatory(subject, "CN=Test Issuer", "01", new string('0', 64)), Passed("sig.value"), octets, parts) { Seal = seal };

    /// <summary>Signed, with a Timestamp.</summary>
    public static VerifiedDocument SignedOnce(ReadOnlyMemory<byte> id, DateTimeOffset until) =>
        new(Assurance.Signed, new Signatory("CN=Test Signer", "CN=Test Issuer", "03", new string('2', 64)), Passed("sig.value"), ReadOnlyMemory<byte>.Empty) { Nonce = new MessageNonce(id, until) };

    /// <summary>From one of VSS's own services.</summary>
    public static VerifiedDocument FromInside(ReadOnlyMemory<byte> octets) =>
        new(Assurance.AuthenticatedChannel, new Signatory("CN=Test Service", "CN=Test Issuer", "02", new string('1', 64)), Passed("channel.certificate"), octets);

    /// <summary>Unsigned, admitted for information only.</summary>
    public static VerifiedDocument ForInformation(ReadOnlyMemory<byte> octets, IReadOnlyDictionary<string, ReadOnlyMemory<byte>>? parts = null) =>
        new(Assurance.InformationOnly, null, Passed("policy.unsigned"), octets, parts);

    private static Verdict Passed(string rule) => new(Indication.TotalPassed, SubIndication.None, [new Step(rule, true, "", "as the test says")], []);
}
