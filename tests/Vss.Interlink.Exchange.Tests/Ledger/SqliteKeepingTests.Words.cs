using System.Security.Cryptography;
using Vss.Interlink.Exchange.Evidence;
using Vss.Interlink.Exchange.Ledger;
using Vss.Interlink.Sandbox.Pki;
using Vss.Interlink.TestKit;
using Vss.Interlink.Trust.Verification;

namespace Vss.Interlink.Exchange.Tests.Ledger;

/// <summary>What a forger of rows may try. The proof reads the same rows from either engine, so each forgery is tried on one.</summary>
public sealed partial class SqliteKeepingTests
{
    private const string ReceiptToo = "; UPDATE evidence SET document = (SELECT receipt FROM exchanges WHERE exchange_id = ONE), sha256 = (SELECT sha256 FROM evidence WHERE SOURCE) WHERE exchange_id = ONE AND type = 'SUBMISSION_ACCEPTANCE'";

    [Theory]
    [InlineData("delivered", "UPDATE exchanges SET dossier = (SELECT dossier FROM exchanges WHERE exchange_id = OTHER), digest = (SELECT digest FROM exchanges WHERE exchange_id = OTHER) WHERE exchange_id = ONE", "ledger.evidence.words", "Content")]
    [InlineData("delivered", "UPDATE exchanges SET sender = 'G15' WHERE exchange_id = ONE", "ledger.evidence.words", "Sender")]
    [InlineData("delivered", "UPDATE exchanges SET sender = 'G15' WHERE exchange_id = ONE", "ledger.columns", "sender")]
    [InlineData("delivered", "UPDATE exchanges SET message_id = 'forged' WHERE exchange_id = ONE", "ledger.evidence.words", "MessageId")]
    [InlineData("delivered", "UPDATE exchanges SET message_id = 'forged' WHERE exchange_id = ONE", "ledger.columns", "message id")]
    [InlineData("delivered", "UPDATE exchanges SET assurance = 'information-only' WHERE exchange_id = ONE", "ledger.evidence.words", "Assurance")]
    [InlineData("delivered", "UPDATE exchanges SET signed_by = 'CN=Somebody' WHERE exchange_id = ONE", "ledger.evidence.words", "Signer")]
    [InlineData("delivered", "UPDATE exchanges SET accepted_at = accepted_at - 1 WHERE exchange_id = ONE", "ledger.evidence.words", "AcceptedAt")]
    [InlineData("delivered", "UPDATE exchanges SET kind = 5 WHERE exchange_id = ONE", "ledger.evidence.words", "Kind")]
    [InlineData("delivered", "UPDATE exchanges SET kind = 5 WHERE exchange_id = ONE", "ledger.columns", "kind")]
    [InlineData("delivered", "UPDATE exchanges SET document_id = 'another' WHERE exchange_id = ONE", "ledger.evidence.words", "DocumentId")]
    [InlineData("delivered", "UPDATE exchanges SET subject = 'another' WHERE exchange_id = ONE", "ledger.columns", "subject")]
    [InlineData("delivered", "UPDATE parts SET digest = (SELECT digest FROM exchanges WHERE exchange_id = ONE) WHERE exchange_id = ONE", "ledger.columns", "attachments")]
    [InlineData("delivered", "DELETE FROM parts WHERE exchange_id = ONE", "ledger.columns", "attachments")]
    [InlineData("delivered", "UPDATE deliveries SET receiver = 'G22' WHERE exchange_id = ONE", "ledger.evidence.words", "Receiver")]
    [InlineData("delivered", "UPDATE deliveries SET external_id = 'ext-2' WHERE exchange_id = ONE", "ledger.evidence.words", "ExternalId")]
    [InlineData("delivered", "UPDATE evidence SET type = 'NON_DELIVERY' WHERE exchange_id = ONE AND type = 'DELIVERY'", "ledger.evidence.words", "Type")]
    [InlineData("delivered", "UPDATE evidence SET at = at + 1 WHERE exchange_id = ONE AND type = 'DELIVERY'", "ledger.evidence.words", "At")]
    [InlineData("delivered", "UPDATE exchanges SET receipt = (SELECT receipt FROM exchanges WHERE exchange_id = OTHER) WHERE exchange_id = ONE" + ReceiptToo, "ledger.evidence.words", "ExchangeId", "exchange_id = OTHER AND type = 'SUBMISSION_ACCEPTANCE'")]
    [InlineData("delivered", "UPDATE exchanges SET receipt = (SELECT document FROM evidence WHERE exchange_id = ONE AND type = 'DELIVERY') WHERE exchange_id = ONE" + ReceiptToo, "ledger.evidence.words", "Type", "exchange_id = ONE AND type = 'DELIVERY'")]
    [InlineData("delivered", "UPDATE evidence SET document = (SELECT document FROM evidence WHERE exchange_id = OTHER AND type = 'DELIVERY'), sha256 = (SELECT sha256 FROM evidence WHERE exchange_id = OTHER AND type = 'DELIVERY') WHERE exchange_id = ONE AND type = 'DELIVERY'", "ledger.evidence.words", "ExchangeId")]
    [InlineData("delivered", "UPDATE deliveries SET state = 1 WHERE exchange_id = ONE; UPDATE exchanges SET state = 1 WHERE exchange_id = ONE", "ledger.evidence.state", "DELIVERY")]
    [InlineData("boxed", "DELETE FROM evidence WHERE exchange_id = ONE AND type = 'DELIVERY'", "ledger.evidence.missing", "DELIVERY")]
    [InlineData("boxed", "UPDATE deliveries SET state = 4 WHERE exchange_id = ONE; UPDATE exchanges SET state = 2 WHERE exchange_id = ONE", "ledger.evidence.missing", "RETRIEVAL")]
    [InlineData("taken", "UPDATE deliveries SET state = 3 WHERE exchange_id = ONE; UPDATE exchanges SET state = 1 WHERE exchange_id = ONE", "ledger.evidence.state", "RETRIEVAL")]
    [InlineData("taken", "DELETE FROM evidence WHERE exchange_id = ONE AND type = 'RETRIEVAL'", "ledger.evidence.missing", "RETRIEVAL")]
    [InlineData("dead", "DELETE FROM evidence WHERE exchange_id = ONE AND type = 'RELAY_REMMD_FAILURE'", "ledger.evidence.missing", "RELAY_REMMD_FAILURE")]
    [InlineData("discarded", "DELETE FROM evidence WHERE exchange_id = ONE AND type = 'NON_DELIVERY'", "ledger.evidence.missing", "NON_DELIVERY")]
    [InlineData("refused", "DELETE FROM evidence WHERE exchange_id = ONE AND type = 'RELAY_REMMD_REJECTION'", "ledger.evidence.missing", "RELAY_REMMD_REJECTION")]
    [InlineData("archived", "UPDATE exchanges SET sender = 'G15' WHERE exchange_id = ONE", "ledger.evidence.words", "Sender")]
    [InlineData("archived", "UPDATE exchanges SET message_id = 'forged' WHERE exchange_id = ONE", "ledger.evidence.words", "MessageId")]
    [InlineData("archived", "UPDATE exchanges SET digest = (SELECT digest FROM exchanges WHERE exchange_id = OTHER) WHERE exchange_id = ONE", "ledger.evidence.words", "Content")]
    [InlineData("archived", "UPDATE exchanges SET receipt = (SELECT receipt FROM exchanges WHERE exchange_id = OTHER) WHERE exchange_id = ONE", "ledger.evidence.words", "ExchangeId")]
    public async Task Rows_of_which_signed_documents_say_otherwise_are_found(string life, string sql, string rule, string field, string source = "")
    {
        await using var hub = await StartAsync();
        var (one, other) = (await LiveAsync(hub, life, 1), await LiveAsync(hub, life, 2));
        Assert.DoesNotContain(await ProveAsync(ProofOf(hub)), finding => finding.Broken);
        Unguard();

        Tamper(sql.Replace("SOURCE", source, StringComparison.Ordinal).Replace("ONE", $"'{one}'", StringComparison.Ordinal).Replace("OTHER", $"'{other}'", StringComparison.Ordinal));

        Assert.Contains(await ProveAsync(ProofOf(hub)), finding => finding.Broken && finding.Rule == rule && finding.Subject == one.ToString() && finding.Detail.Split(' ', ',', '.').Contains(field.Split(' ')[^1]));
    }

    [Fact]
    public async Task Evidence_of_the_right_words_that_somebody_else_signed_is_found_however_trusted_he_is()
    {
        await using var hub = await StartAsync();
        var id = await LiveAsync(hub, "delivered", 1);
        var kept = (await hub.History.FindAsync(id, CancellationToken.None))!.Evidence.Single(evidence => evidence.Type == EvidenceType.Delivery).Document;
        using var ministry = new TestTrust(hubKey: "ministry");
        var words = Assert.IsType<VerificationResult.Passed>(hub.Verifier.Verify(kept.Memory)).Document.Octets;
        var forged = await ministry.Signer.SignEvidenceAsync(words, CancellationToken.None);
        Unguard();

        Tamper($"UPDATE evidence SET document = X'{Convert.ToHexString(forged)}', sha256 = X'{Convert.ToHexString(SHA256.HashData(forged))}' WHERE exchange_id = '{id}' AND type = 'DELIVERY'");

        var finding = Assert.Single(await ProveAsync(ProofOf(hub)));
        Assert.Equal((true, "ledger.signature.signer", id.ToString()), (finding.Broken, finding.Rule, finding.Subject));
        Assert.Contains(DevelopmentPki.MinistrySubject, finding.Detail, StringComparison.Ordinal);
        Assert.Empty(await ProveAsync(new LedgerProof(hub.Ledger, hub.Verifier, hub.Stamps, [.. hub.Signers, ministry.Signer.Name], ArchiveFolder)));   // had it been the hub's name before
    }

    [Theory]
    [InlineData("document = sha256", "ledger.evidence.sha256", "document")]
    [InlineData("document = (SELECT receipt FROM exchanges), sha256 = (SELECT sha256 FROM evidence WHERE type = 'SUBMISSION_ACCEPTANCE')", "ledger.evidence.words", "Type")]
    [InlineData("sender = 'G15'", "ledger.evidence.words", "Sender")]
    [InlineData("message_id = 'forged'", "ledger.evidence.words", "MessageId")]
    [InlineData("digest = sha256", "ledger.evidence.words", "Content")]
    [InlineData("fault = fault + 1", "ledger.evidence.words", "Reason")]
    [InlineData("at = at + 1", "ledger.evidence.words", "At")]
    [InlineData("at = 9000000000000000", "ledger.exchange", "column")]
    [InlineData("rule = 'nothing'", "ledger.columns", "reason")]
    public async Task A_refusal_of_which_its_evidence_says_otherwise_is_found(string set, string rule, string word)
    {
        await using var hub = await StartAsync();
        await LiveAsync(hub, "delivered", 1);
        var reference = await RejectAsync(hub);
        Assert.DoesNotContain(await ProveAsync(ProofOf(hub)), finding => finding.Broken);
        Unguard();

        Tamper($"UPDATE rejections SET {set}");

        Assert.Contains(await ProveAsync(ProofOf(hub)), finding => finding.Broken && finding.Rule == rule && finding.Subject == reference && finding.Detail.Split(' ', ',', '.').Contains(word));
    }
}
