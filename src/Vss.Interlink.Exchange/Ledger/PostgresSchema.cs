using System.Diagnostics.CodeAnalysis;
using Npgsql;

namespace Vss.Interlink.Exchange.Ledger;

/// <summary>
/// The tables on PostgreSQL, and how a ledger of an earlier version becomes one of this version: forward only, at the start of whichever node comes first, under a lock.
/// </summary>
/// <remarks>
/// Nodes are upgraded one after the other, so a hub meets tables that a newer one migrated. Each version therefore says which version a hub must know to run on
/// it, and the data base keeps that where an older hub can read it. The rule for a new version: it only adds what the version before does not
/// mind (tables, columns with a default, indexes), and what it takes away nobody has used since the version before. Then its oldest is the version before.
/// </remarks>
internal static class PostgresSchema
{
    // One entry per version, never changed once released. Numbers are this engine's own. What the columns mean stands with the SQLite tables.
    private static readonly (int OldestHub, string Text)[] s_versions =
    [
        (1,
        """
        CREATE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation'; END $$;

        CREATE TABLE exchanges (
          exchange_id        text COLLATE "C" PRIMARY KEY,
          sender             text COLLATE "C" NOT NULL,
          message_id         text COLLATE "C" NOT NULL,
          kind               integer NOT NULL,
          document_id        text NOT NULL,
          subject            text NOT NULL,
          state              integer NOT NULL,
          accepted_at        bigint NOT NULL,
          digest             bytea NOT NULL,
          assurance          text NOT NULL,
          signed_by          text,
          answered_by_status boolean NOT NULL,
          edge               text NOT NULL,
          dossier            bytea NOT NULL,
          receipt            bytea NOT NULL,
          seal_digest        bytea,
          UNIQUE (sender, message_id)
        ) WITH (fillfactor = 90);
        CREATE UNIQUE INDEX exchanges_by_seal ON exchanges (sender, seal_digest) WHERE seal_digest IS NOT NULL;
        CREATE INDEX exchanges_by_sender ON exchanges (sender, exchange_id);

        CREATE TABLE parts (
          exchange_id   text COLLATE "C" NOT NULL REFERENCES exchanges,
          attachment_id text COLLATE "C" NOT NULL,
          digest        bytea NOT NULL,
          size          bigint NOT NULL,
          PRIMARY KEY (exchange_id, attachment_id)
        );
        CREATE INDEX parts_by_digest ON parts (digest);

        CREATE TABLE deliveries (
          delivery_id text COLLATE "C" PRIMARY KEY,
          exchange_id text COLLATE "C" NOT NULL REFERENCES exchanges,
          receiver    text COLLATE "C" NOT NULL,
          connector   text COLLATE "C" NOT NULL,
          purpose     text COLLATE "C" NOT NULL,
          about       text COLLATE "C" REFERENCES deliveries,
          text        text NOT NULL,
          state       integer NOT NULL,
          attempts    integer NOT NULL,
          due_at      bigint,
          lease_owner text,
          fence       bigint NOT NULL,
          created_at  bigint NOT NULL,
          changed_at  bigint NOT NULL,
          external_id text COLLATE "C" NOT NULL,
          last_error  text NOT NULL,
          seal        bytea
        ) WITH (fillfactor = 70);
        CREATE UNIQUE INDEX deliveries_once ON deliveries (exchange_id, receiver, purpose, coalesce(about, ''));
        CREATE INDEX deliveries_due ON deliveries (connector, due_at) WHERE due_at IS NOT NULL;
        CREATE INDEX deliveries_by_external_id ON deliveries (external_id) WHERE external_id <> '';
        CREATE INDEX deliveries_by_receiver ON deliveries (receiver, exchange_id);
        CREATE INDEX deliveries_available ON deliveries (receiver, delivery_id) WHERE state = 3;
        CREATE INDEX deliveries_by_about ON deliveries (about) WHERE about IS NOT NULL;

        CREATE TABLE archived (
          exchange_id text COLLATE "C" PRIMARY KEY REFERENCES exchanges,
          archive     text COLLATE "C" NOT NULL,
          sha256      bytea NOT NULL,
          at          bigint NOT NULL
        );
        CREATE INDEX archived_by_archive ON archived (archive);
        CREATE TRIGGER archived_never_changes BEFORE UPDATE OR DELETE ON archived FOR EACH ROW EXECUTE FUNCTION append_only();
        CREATE TRIGGER archived_never_empty BEFORE TRUNCATE ON archived EXECUTE FUNCTION append_only();

        CREATE TABLE holds (
          hold_id        text COLLATE "C" PRIMARY KEY,
          exchange_id    text COLLATE "C" NOT NULL REFERENCES exchanges,
          placed_by      text NOT NULL,
          reason         text NOT NULL,
          placed_at      bigint NOT NULL,
          released_by    text,
          release_reason text,
          released_at    bigint
        );
        CREATE INDEX holds_standing ON holds (exchange_id) WHERE released_at IS NULL;
        CREATE TRIGGER holds_end_once BEFORE UPDATE ON holds FOR EACH ROW WHEN (OLD.released_at IS NOT NULL) EXECUTE FUNCTION append_only();
        CREATE TRIGGER holds_never_go BEFORE DELETE ON holds FOR EACH ROW EXECUTE FUNCTION append_only();
        CREATE TRIGGER holds_never_empty BEFORE TRUNCATE ON holds EXECUTE FUNCTION append_only();

        CREATE FUNCTION only_what_is_archived_goes() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
          IF EXISTS (SELECT 1 FROM archived WHERE exchange_id = OLD.exchange_id) AND NOT EXISTS (SELECT 1 FROM holds WHERE exchange_id = OLD.exchange_id AND released_at IS NULL) THEN
            RETURN OLD;
          END IF;
          RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
        END $$;

        CREATE TABLE evidence (
          evidence_id bigint GENERATED ALWAYS AS IDENTITY,
          exchange_id text COLLATE "C" NOT NULL REFERENCES exchanges,
          delivery_id text COLLATE "C",
          type        text COLLATE "C" NOT NULL,
          at          bigint NOT NULL,
          sha256      bytea NOT NULL,
          document    bytea NOT NULL
        ) PARTITION BY RANGE (exchange_id);
        CREATE TABLE evidence_rest PARTITION OF evidence DEFAULT;
        CREATE INDEX evidence_by_exchange ON evidence (exchange_id, evidence_id);
        CREATE UNIQUE INDEX evidence_once ON evidence (exchange_id, coalesce(delivery_id, ''), type) WHERE type NOT LIKE 'RELAY%';
        CREATE TRIGGER evidence_never_changes BEFORE UPDATE ON evidence FOR EACH ROW EXECUTE FUNCTION append_only();
        CREATE TRIGGER evidence_never_goes BEFORE DELETE ON evidence FOR EACH ROW EXECUTE FUNCTION only_what_is_archived_goes();
        CREATE TRIGGER evidence_never_empty BEFORE TRUNCATE ON evidence EXECUTE FUNCTION append_only();
        CREATE TRIGGER evidence_rest_never_empty BEFORE TRUNCATE ON evidence_rest EXECUTE FUNCTION append_only();

        CREATE TABLE audit (
          audit_id    bigint GENERATED ALWAYS AS IDENTITY,
          reference   text COLLATE "C" NOT NULL,
          at          bigint NOT NULL,
          event       integer NOT NULL,
          edge        text NOT NULL,
          exchange_id text COLLATE "C",
          delivery_id text COLLATE "C",
          sender      text COLLATE "C",
          fault       integer,
          rule        text NOT NULL,
          detail      text NOT NULL,
          UNIQUE (reference, at)
        ) PARTITION BY RANGE (at);
        CREATE TABLE audit_rest PARTITION OF audit DEFAULT;
        CREATE INDEX audit_by_exchange ON audit (exchange_id, audit_id) WHERE exchange_id IS NOT NULL;
        CREATE INDEX audit_of_anchors ON audit (audit_id) WHERE event IN (4, 5);
        CREATE TRIGGER audit_never_changes BEFORE UPDATE ON audit FOR EACH ROW EXECUTE FUNCTION append_only();
        CREATE TRIGGER audit_never_goes BEFORE DELETE ON audit FOR EACH ROW WHEN (OLD.event <= 6) EXECUTE FUNCTION only_what_is_archived_goes();
        CREATE TRIGGER audit_of_keeping_never_goes BEFORE DELETE ON audit FOR EACH ROW WHEN (OLD.event > 6) EXECUTE FUNCTION append_only();
        CREATE TRIGGER audit_never_empty BEFORE TRUNCATE ON audit EXECUTE FUNCTION append_only();
        CREATE TRIGGER audit_rest_never_empty BEFORE TRUNCATE ON audit_rest EXECUTE FUNCTION append_only();

        CREATE TABLE revocation_answers (
          question      text COLLATE "C" PRIMARY KEY,
          answer        bytea NOT NULL,
          this_update   bigint NOT NULL,
          ends_at       bigint NOT NULL,
          entity_tag    text,
          last_modified bigint
        );
        CREATE INDEX revocation_answers_by_end ON revocation_answers (ends_at);

        CREATE TABLE anchors (anchor text COLLATE "C" PRIMARY KEY);
        """),
        (1,
        """
        ALTER TABLE deliveries ADD COLUMN lane text COLLATE "C";
        ALTER TABLE deliveries ADD COLUMN place bigint NOT NULL DEFAULT 0;
        ALTER TABLE deliveries ADD COLUMN queued_at bigint NOT NULL DEFAULT 0;
        ALTER TABLE deliveries ADD COLUMN expires_at bigint;
        ALTER TABLE deliveries ADD COLUMN watch_at bigint;
        ALTER TABLE deliveries ADD COLUMN expires_soon integer NOT NULL DEFAULT 0;
        UPDATE deliveries SET queued_at = created_at;
        CREATE INDEX deliveries_by_lane ON deliveries (lane, place) WHERE lane IS NOT NULL AND state IN (1, 2, 6);
        CREATE INDEX deliveries_due_by_receiver ON deliveries (connector, receiver, due_at) WHERE due_at IS NOT NULL;
        CREATE INDEX deliveries_watched ON deliveries (watch_at) WHERE watch_at IS NOT NULL;
        CREATE INDEX deliveries_ended ON deliveries (state, delivery_id) WHERE state IN (5, 6, 7, 8);
        -- An index over partitions holds only with their key in it; a delivery has one exchange.
        CREATE UNIQUE INDEX evidence_one_answer ON evidence (exchange_id, delivery_id, (CASE WHEN type IN ('DELIVERY', 'NON_DELIVERY') THEN 1 ELSE 2 END))
          WHERE type IN ('DELIVERY', 'NON_DELIVERY', 'RETRIEVAL', 'NON_RETRIEVAL');

        CREATE TABLE partner_health (
          connector     text COLLATE "C" NOT NULL,
          receiver      text COLLATE "C" NOT NULL,
          failures      integer NOT NULL,
          failing_since bigint NOT NULL,
          resting_until bigint,
          PRIMARY KEY (connector, receiver)
        );

        CREATE TABLE rejections (
          reference  text COLLATE "C" PRIMARY KEY,
          sender     text COLLATE "C" NOT NULL,
          message_id text COLLATE "C" NOT NULL,
          digest     bytea NOT NULL,
          fault      integer NOT NULL,
          rule       text COLLATE "C" NOT NULL,
          at         bigint NOT NULL,
          sha256     bytea NOT NULL,
          document   bytea NOT NULL,
          UNIQUE (sender, message_id, digest, fault, rule)
        );
        CREATE TRIGGER rejections_never_change BEFORE UPDATE OR DELETE ON rejections FOR EACH ROW EXECUTE FUNCTION append_only();
        CREATE TRIGGER rejections_never_empty BEFORE TRUNCATE ON rejections EXECUTE FUNCTION append_only();
        """),
        (2,
        """
        CREATE TABLE stamping (
          one           integer PRIMARY KEY CHECK (one = 1),
          since         bigint NOT NULL,
          earlier_after text COLLATE "C",
          lease_owner   text,
          leased_until  bigint
        );
        CREATE TABLE unstamped (
          place   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
          subject text COLLATE "C" NOT NULL,
          sha256  bytea NOT NULL,
          since   bigint NOT NULL,
          UNIQUE (subject, sha256)
        );
        CREATE FUNCTION evidence_waits_for_its_stamp() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
          INSERT INTO unstamped (subject, sha256, since) SELECT NEW.exchange_id, NEW.sha256, NEW.at FROM stamping ON CONFLICT DO NOTHING;
          RETURN NULL;
        END $$;
        CREATE FUNCTION rejection_waits_for_its_stamp() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
          INSERT INTO unstamped (subject, sha256, since) SELECT NEW.reference, NEW.sha256, NEW.at FROM stamping ON CONFLICT DO NOTHING;
          RETURN NULL;
        END $$;
        CREATE TRIGGER evidence_waits_for_its_stamp AFTER INSERT ON evidence FOR EACH ROW EXECUTE FUNCTION evidence_waits_for_its_stamp();
        CREATE TRIGGER rejections_wait_for_their_stamp AFTER INSERT ON rejections FOR EACH ROW EXECUTE FUNCTION rejection_waits_for_its_stamp();

        CREATE TABLE stamp_batches (
          batch_id   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
          stamped_at bigint NOT NULL,
          authority  text NOT NULL,
          size       integer NOT NULL,
          root       bytea NOT NULL,
          leaves     bytea NOT NULL,
          token      bytea NOT NULL
        );
        CREATE TRIGGER stamp_batches_never_change BEFORE UPDATE OR DELETE ON stamp_batches FOR EACH ROW EXECUTE FUNCTION append_only();
        CREATE TRIGGER stamp_batches_never_empty BEFORE TRUNCATE ON stamp_batches EXECUTE FUNCTION append_only();
        CREATE TABLE stamped (
          subject  text COLLATE "C" NOT NULL,
          sha256   bytea NOT NULL,
          batch_id bigint NOT NULL REFERENCES stamp_batches,
          leaf     integer NOT NULL,
          PRIMARY KEY (subject, sha256),
          UNIQUE (batch_id, leaf)
        );
        CREATE TRIGGER stamped_never_changes BEFORE UPDATE OR DELETE ON stamped FOR EACH ROW EXECUTE FUNCTION append_only();
        CREATE TRIGGER stamped_never_empty BEFORE TRUNCATE ON stamped EXECUTE FUNCTION append_only();
        """),
        (2,
        """
        CREATE TABLE leases (
          name         text COLLATE "C" PRIMARY KEY,
          owner        text COLLATE "C" NOT NULL,
          leased_until bigint NOT NULL
        );
        """),
        // deliveries_due_by_receiver goes with the next version: hubs of the version before look for work by it, and to drop it while this one is built would lock out readers too.
        (2,
        """
        CREATE INDEX deliveries_waiting ON deliveries (connector, receiver, lane, due_at) WHERE due_at IS NOT NULL;
        """),
    ];

    /// <summary>The version that this hub writes.</summary>
    public static int Version => s_versions.Length;

    /// <summary>Brings the tables to this version, or leaves newer ones alone that this hub may still run on.</summary>
    /// <returns>The version that was there; 0 for an empty data base.</returns>
    /// <exception cref="InvalidOperationException">The ledger was written by a hub that is too new for this one.</exception>
    public static int Migrate(NpgsqlConnection connection, DateTimeOffset now)
    {
        using var transaction = connection.BeginTransaction();
        Execute(connection, $"SELECT pg_advisory_xact_lock({PostgresPartitions.Lock})");
        Execute(connection, "CREATE TABLE IF NOT EXISTS schema_versions (version integer PRIMARY KEY, oldest_hub integer NOT NULL, applied_at bigint NOT NULL)");
        var (there, oldestHub) = There(connection);
        if (oldestHub > Version)
            throw new InvalidOperationException($"The ledger has schema version {there}, on which a hub must know version {oldestHub}; this one knows {Version}. Run the hub that wrote it, or a newer one.");
        for (var version = there + 1; version <= Version; version++)
        {
            var (oldest, text) = s_versions[version - 1];
            Execute(connection, text);
            Execute(connection, $"INSERT INTO schema_versions (version, oldest_hub, applied_at) VALUES ({version}, {oldest}, {now.Column()})");
        }

        transaction.Commit();
        return there;
    }

    private static (int Version, int OldestHub) There(NpgsqlConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT version, oldest_hub FROM schema_versions ORDER BY version DESC LIMIT 1";
        using var row = command.ExecuteReader();
        return row.Read() ? (row.GetInt32(0), row.GetInt32(1)) : (0, 0);
    }

    // As long as it takes, whatever the connection string says: an index over a grown table takes many minutes, and so does waiting for the node that is making it.
    [SuppressMessage("Security", "CA2100", Justification = "Texts are constants of this class and numbers.")]
    private static void Execute(NpgsqlConnection connection, string text)
    {
        using var command = connection.CreateCommand();
        command.CommandTimeout = 0;
        command.CommandText = text;
        command.ExecuteNonQuery();
    }
}
