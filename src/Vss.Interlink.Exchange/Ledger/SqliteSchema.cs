using System.Diagnostics.CodeAnalysis;
using Microsoft.Data.Sqlite;

namespace Vss.Interlink.Exchange.Ledger;

/// <summary>The tables, and how a ledger of an earlier version becomes one of this version. Forward only; a newer one is refused.</summary>
internal static class SqliteSchema
{
    // One entry per version, never changed once released. due_at is when somebody may take the delivery (again): for PENDING the next attempt, for
    // LEASED the end of the lease, otherwise NULL.
    private static readonly string[] Versions =
    [
        """
        CREATE TABLE exchanges (
          exchange_id        TEXT PRIMARY KEY,
          sender             TEXT NOT NULL,
          message_id         TEXT NOT NULL,
          kind               INTEGER NOT NULL,
          document_id        TEXT NOT NULL,
          subject            TEXT NOT NULL,
          state              INTEGER NOT NULL,
          accepted_at        INTEGER NOT NULL,
          digest             BLOB NOT NULL,
          assurance          TEXT NOT NULL,
          signed_by          TEXT,
          answered_by_status INTEGER NOT NULL,
          edge               TEXT NOT NULL,
          dossier            BLOB NOT NULL,
          receipt            BLOB NOT NULL,
          seal_digest        BLOB,
          UNIQUE (sender, message_id)
        ) STRICT;
        CREATE UNIQUE INDEX exchanges_by_seal ON exchanges (sender, seal_digest) WHERE seal_digest IS NOT NULL;
        CREATE INDEX exchanges_by_sender ON exchanges (sender, exchange_id);

        CREATE TABLE parts (
          exchange_id   TEXT NOT NULL REFERENCES exchanges,
          attachment_id TEXT NOT NULL,
          digest        BLOB NOT NULL,
          size          INTEGER NOT NULL,
          PRIMARY KEY (exchange_id, attachment_id)
        ) STRICT;
        CREATE INDEX parts_by_digest ON parts (digest);

        CREATE TABLE deliveries (
          delivery_id TEXT PRIMARY KEY,
          exchange_id TEXT NOT NULL REFERENCES exchanges,
          receiver    TEXT NOT NULL,
          connector   TEXT NOT NULL,
          purpose     TEXT NOT NULL,
          about       TEXT REFERENCES deliveries,
          text        TEXT NOT NULL,
          state       INTEGER NOT NULL,
          attempts    INTEGER NOT NULL,
          due_at      INTEGER,
          lease_owner TEXT,
          fence       INTEGER NOT NULL,
          created_at  INTEGER NOT NULL,
          changed_at  INTEGER NOT NULL,
          external_id TEXT NOT NULL,
          last_error  TEXT NOT NULL,
          seal        BLOB
        ) STRICT;
        CREATE UNIQUE INDEX deliveries_once ON deliveries (exchange_id, receiver, purpose, coalesce(about, ''));
        CREATE INDEX deliveries_due ON deliveries (connector, due_at) WHERE due_at IS NOT NULL;
        CREATE INDEX deliveries_by_external_id ON deliveries (external_id) WHERE external_id <> '';
        CREATE INDEX deliveries_by_receiver ON deliveries (receiver, exchange_id);
        CREATE INDEX deliveries_available ON deliveries (receiver, delivery_id) WHERE state = 3;

        CREATE TABLE evidence (
          evidence_id INTEGER PRIMARY KEY,
          exchange_id TEXT NOT NULL REFERENCES exchanges,
          delivery_id TEXT REFERENCES deliveries,
          type        TEXT NOT NULL,
          at          INTEGER NOT NULL,
          sha256      BLOB NOT NULL,
          document    BLOB NOT NULL
        ) STRICT;
        CREATE INDEX evidence_by_exchange ON evidence (exchange_id, evidence_id);
        -- Relay evidence may come again, the others once (ETSI REM, maximum occurrence).
        CREATE UNIQUE INDEX evidence_once ON evidence (exchange_id, coalesce(delivery_id, ''), type) WHERE type NOT LIKE 'RELAY%';
        CREATE TRIGGER evidence_never_changes BEFORE UPDATE ON evidence BEGIN SELECT RAISE(ABORT, 'evidence is append-only'); END;
        CREATE TRIGGER evidence_never_goes BEFORE DELETE ON evidence BEGIN SELECT RAISE(ABORT, 'evidence is append-only'); END;

        CREATE TABLE audit (
          audit_id    INTEGER PRIMARY KEY,
          reference   TEXT NOT NULL UNIQUE,
          at          INTEGER NOT NULL,
          event       INTEGER NOT NULL,
          edge        TEXT NOT NULL,
          exchange_id TEXT,
          delivery_id TEXT,
          sender      TEXT,
          fault       INTEGER,
          rule        TEXT NOT NULL,
          detail      TEXT NOT NULL
        ) STRICT;
        CREATE INDEX audit_by_exchange ON audit (exchange_id, audit_id);
        CREATE TRIGGER audit_never_changes BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
        CREATE TRIGGER audit_never_goes BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
        """,
        """
        CREATE TABLE revocation_answers (
          question      TEXT PRIMARY KEY,
          answer        BLOB NOT NULL,
          this_update   INTEGER NOT NULL,
          ends_at       INTEGER NOT NULL,
          entity_tag    TEXT,
          last_modified INTEGER
        ) STRICT;
        CREATE INDEX revocation_answers_by_end ON revocation_answers (ends_at);
        """,
        """
        CREATE TABLE anchors (anchor TEXT PRIMARY KEY) STRICT;
        """,
        // What is archived may leave evidence and audit, and nothing else may; what is under hold may not. The row in exchanges stays: it is the claim.
        """
        CREATE TABLE archived (
          exchange_id TEXT PRIMARY KEY REFERENCES exchanges,
          archive     TEXT NOT NULL,
          sha256      BLOB NOT NULL,
          at          INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX archived_by_archive ON archived (archive);
        CREATE TRIGGER archived_never_changes BEFORE UPDATE ON archived BEGIN SELECT RAISE(ABORT, 'archived is append-only'); END;
        CREATE TRIGGER archived_never_goes BEFORE DELETE ON archived BEGIN SELECT RAISE(ABORT, 'archived is append-only'); END;

        CREATE TABLE holds (
          hold_id        TEXT PRIMARY KEY,
          exchange_id    TEXT NOT NULL REFERENCES exchanges,
          placed_by      TEXT NOT NULL,
          reason         TEXT NOT NULL,
          placed_at      INTEGER NOT NULL,
          released_by    TEXT,
          release_reason TEXT,
          released_at    INTEGER
        ) STRICT;
        CREATE INDEX holds_standing ON holds (exchange_id) WHERE released_at IS NULL;
        CREATE TRIGGER holds_end_once BEFORE UPDATE ON holds WHEN OLD.released_at IS NOT NULL BEGIN SELECT RAISE(ABORT, 'holds is append-only'); END;
        CREATE TRIGGER holds_never_go BEFORE DELETE ON holds BEGIN SELECT RAISE(ABORT, 'holds is append-only'); END;

        CREATE INDEX evidence_by_delivery ON evidence (delivery_id) WHERE delivery_id IS NOT NULL;
        CREATE INDEX deliveries_by_about ON deliveries (about) WHERE about IS NOT NULL;
        DROP TRIGGER evidence_never_goes;
        CREATE TRIGGER evidence_never_goes BEFORE DELETE ON evidence
          WHEN NOT EXISTS (SELECT 1 FROM archived WHERE exchange_id = OLD.exchange_id) OR EXISTS (SELECT 1 FROM holds WHERE exchange_id = OLD.exchange_id AND released_at IS NULL)
          BEGIN SELECT RAISE(ABORT, 'evidence is append-only'); END;
        DROP TRIGGER audit_never_goes;
        CREATE TRIGGER audit_never_goes BEFORE DELETE ON audit
          WHEN OLD.event > 6 OR NOT EXISTS (SELECT 1 FROM archived WHERE exchange_id = OLD.exchange_id) OR EXISTS (SELECT 1 FROM holds WHERE exchange_id = OLD.exchange_id AND released_at IS NULL)
          BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
        """,
        """
        -- lane: deliveries of one lane go one after the other, by place; NULL where no order is kept. queued_at: when the present round of attempts began.
        -- expires_at: the deadline. watch_at: when the deadline is looked at next, first to warn and then to expire.
        ALTER TABLE deliveries ADD COLUMN lane TEXT;
        ALTER TABLE deliveries ADD COLUMN place INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE deliveries ADD COLUMN queued_at INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE deliveries ADD COLUMN expires_at INTEGER;
        ALTER TABLE deliveries ADD COLUMN watch_at INTEGER;
        ALTER TABLE deliveries ADD COLUMN expires_soon INTEGER NOT NULL DEFAULT 0;
        UPDATE deliveries SET queued_at = created_at;
        CREATE INDEX deliveries_by_lane ON deliveries (lane, place) WHERE lane IS NOT NULL AND state IN (1, 2, 6);
        CREATE INDEX deliveries_due_by_receiver ON deliveries (connector, receiver, due_at) WHERE due_at IS NOT NULL;
        CREATE INDEX deliveries_watched ON deliveries (watch_at) WHERE watch_at IS NOT NULL;
        CREATE INDEX deliveries_ended ON deliveries (state, delivery_id) WHERE state IN (5, 6, 7, 8);
        -- Delivered or not, taken over or not: one of the two for ever.
        CREATE UNIQUE INDEX evidence_one_answer ON evidence (delivery_id, (CASE WHEN type IN ('DELIVERY', 'NON_DELIVERY') THEN 1 ELSE 2 END))
          WHERE type IN ('DELIVERY', 'NON_DELIVERY', 'RETRIEVAL', 'NON_RETRIEVAL');

        -- Partners that failed and have not answered since. resting_until: they are left in peace, and then one delivery probes.
        CREATE TABLE partner_health (
          connector     TEXT NOT NULL,
          receiver      TEXT NOT NULL,
          failures      INTEGER NOT NULL,
          failing_since INTEGER NOT NULL,
          resting_until INTEGER,
          PRIMARY KEY (connector, receiver)
        ) STRICT;

        -- Evidence SUBMISSION_REJECTION: of what never became an exchange. reference is that of the audit line.
        CREATE TABLE rejections (
          reference  TEXT PRIMARY KEY,
          sender     TEXT NOT NULL,
          message_id TEXT NOT NULL,
          digest     BLOB NOT NULL,
          fault      INTEGER NOT NULL,
          rule       TEXT NOT NULL,
          at         INTEGER NOT NULL,
          sha256     BLOB NOT NULL,
          document   BLOB NOT NULL,
          UNIQUE (sender, message_id, digest, fault, rule)
        ) STRICT;
        CREATE TRIGGER rejections_never_change BEFORE UPDATE ON rejections BEGIN SELECT RAISE(ABORT, 'evidence is append-only'); END;
        CREATE TRIGGER rejections_never_go BEFORE DELETE ON rejections BEGIN SELECT RAISE(ABORT, 'evidence is append-only'); END;
        """,
        """
        -- One row once time stamps are switched on. earlier_after: how far evidence of the time before is queued; NULL when all is.
        CREATE TABLE stamping (
          one           INTEGER PRIMARY KEY CHECK (one = 1),
          since         INTEGER NOT NULL,
          earlier_after TEXT,
          lease_owner   TEXT,
          leased_until  INTEGER
        ) STRICT;
        -- Evidence that waits for its stamp; subject is an exchange, or the reference of a rejection. The triggers queue what any hub writes.
        CREATE TABLE unstamped (
          place   INTEGER PRIMARY KEY AUTOINCREMENT,   -- never used again: a batch that comes too late must not find other evidence there
          subject TEXT NOT NULL,
          sha256  BLOB NOT NULL,
          since   INTEGER NOT NULL,
          UNIQUE (subject, sha256)
        ) STRICT;
        CREATE TRIGGER evidence_waits_for_its_stamp AFTER INSERT ON evidence WHEN EXISTS (SELECT 1 FROM stamping)
          BEGIN INSERT INTO unstamped (subject, sha256, since) VALUES (NEW.exchange_id, NEW.sha256, NEW.at) ON CONFLICT DO NOTHING; END;
        CREATE TRIGGER rejections_wait_for_their_stamp AFTER INSERT ON rejections WHEN EXISTS (SELECT 1 FROM stamping)
          BEGIN INSERT INTO unstamped (subject, sha256, since) VALUES (NEW.reference, NEW.sha256, NEW.at) ON CONFLICT DO NOTHING; END;

        -- leaves: SHA-256 of each piece, 32 octets each, in the order of the Merkle tree whose root the token is over. They stay when the evidence is archived.
        CREATE TABLE stamp_batches (
          batch_id   INTEGER PRIMARY KEY,
          stamped_at INTEGER NOT NULL,
          authority  TEXT NOT NULL,
          size       INTEGER NOT NULL,
          root       BLOB NOT NULL,
          leaves     BLOB NOT NULL,
          token      BLOB NOT NULL
        ) STRICT;
        CREATE TRIGGER stamp_batches_never_change BEFORE UPDATE ON stamp_batches BEGIN SELECT RAISE(ABORT, 'time stamps are append-only'); END;
        CREATE TRIGGER stamp_batches_never_go BEFORE DELETE ON stamp_batches BEGIN SELECT RAISE(ABORT, 'time stamps are append-only'); END;
        -- One batch for each piece, one piece for each leaf.
        CREATE TABLE stamped (
          subject  TEXT NOT NULL,
          sha256   BLOB NOT NULL,
          batch_id INTEGER NOT NULL REFERENCES stamp_batches,
          leaf     INTEGER NOT NULL,
          PRIMARY KEY (subject, sha256),
          UNIQUE (batch_id, leaf)
        ) STRICT, WITHOUT ROWID;
        CREATE TRIGGER stamped_never_changes BEFORE UPDATE ON stamped BEGIN SELECT RAISE(ABORT, 'time stamps are append-only'); END;
        CREATE TRIGGER stamped_never_goes BEFORE DELETE ON stamped BEGIN SELECT RAISE(ABORT, 'time stamps are append-only'); END;
        """,
        """
        -- Work that one node at a time does: whose it is, and until when.
        CREATE TABLE leases (
          name         TEXT PRIMARY KEY,
          owner        TEXT NOT NULL,
          leased_until INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        """,
        """
        DROP INDEX deliveries_due_by_receiver;
        CREATE INDEX deliveries_waiting ON deliveries (connector, receiver, lane, due_at) WHERE due_at IS NOT NULL;
        """,
    ];

    /// <summary>The version that this hub writes.</summary>
    public static int Version => Versions.Length;

    /// <summary>Brings the tables to this version, under an exclusive lock.</summary>
    /// <returns>The version that was there; 0 for a new file.</returns>
    /// <exception cref="InvalidOperationException">The ledger was written by a newer hub.</exception>
    public static int Migrate(SqliteConnection connection, DateTimeOffset now) => Migrate(connection, now, Versions.Length);

    /// <summary>Goes as far as a version and no further: the ledger of an earlier hub.</summary>
    internal static int Migrate(SqliteConnection connection, DateTimeOffset now, int upTo)
    {
        using var transaction = connection.BeginTransaction(System.Data.IsolationLevel.Serializable, deferred: false);
        Execute(connection, "CREATE TABLE IF NOT EXISTS schema_versions (version INTEGER PRIMARY KEY, applied_at INTEGER NOT NULL) STRICT");
        var there = Execute(connection, "SELECT coalesce(max(version), 0) FROM schema_versions");
        if (there > Versions.Length) throw new InvalidOperationException($"The ledger has schema version {there}; this hub knows up to {Versions.Length}. Run the hub that wrote it, or a newer one.");
        for (var version = (int)there + 1; version <= upTo; version++)
        {
            Execute(connection, Versions[version - 1]);
            Execute(connection, "INSERT INTO schema_versions (version, applied_at) VALUES (@version, @now)", ("@version", version), ("@now", now.Column()));
        }

        transaction.Commit();
        return (int)there;
    }

    [SuppressMessage("Security", "CA2100", Justification = "Texts are constants of this class; what varies is bound.")]
    private static long Execute(SqliteConnection connection, string text, params ReadOnlySpan<(string Name, object Value)> values)
    {
        using var command = connection.CreateCommand();
        command.CommandText = text;
        foreach (var (name, value) in values) command.Parameters.AddWithValue(name, value);
        return command.ExecuteScalar() as long? ?? 0;
    }
}
