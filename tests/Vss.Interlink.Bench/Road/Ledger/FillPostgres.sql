-- The same rows as in FillSqlite.sql; what is @name is replaced by a number.
CREATE TEMP TABLE IF NOT EXISTS batch (at bigint, done_at bigint, exchange_id text, delivery_id text, accepted_line text, done_line text, sender text, message_id text);
TRUNCATE batch;
INSERT INTO batch (at, done_at, exchange_id, delivery_id, accepted_line, done_line, sender, message_id)
SELECT at, done_at,
  'x-' || substr(stem, 1, 8) || '-' || substr(stem, 9, 4) || '-7' || substr(hash, 1, 3) || '-b' || substr(hash, 4, 3) || '-' || substr(hash, 7, 12),
  'd-' || substr(stem, 1, 8) || '-' || substr(stem, 9, 4) || '-7' || substr(hash, 1, 3) || '-8' || substr(hash, 4, 3) || '-' || substr(hash, 7, 12),
  'r-' || stem || '7' || substr(hash, 1, 3) || '8' || substr(hash, 4, 15),
  'r-' || lpad(to_hex(done_at), 12, '0') || '7' || substr(hash, 1, 3) || '8' || substr(hash, 4, 15),
  CASE WHEN i % 2 = 0 THEN '000.00.00.G12' ELSE '000.00.00.H' || lpad((i % 60)::text, 2, '0') END,
  md5('message ' || i)
FROM generate_series(@from, @to) AS i
CROSS JOIN LATERAL (SELECT @first + i * @span / @count AS at) AS accepted
CROSS JOIN LATERAL (SELECT at + 200 + i % 1700 AS done_at, lpad(to_hex(at), 12, '0') AS stem, md5(i::text) AS hash) AS done;

INSERT INTO exchanges (exchange_id, sender, message_id, kind, document_id, subject, state, accepted_at, digest, assurance, signed_by, answered_by_status, edge, dossier, receipt, seal_digest)
SELECT exchange_id, sender, message_id, 1, '', 'a benchmark', 2, at, sha256(message_id::bytea), 'signed', 'CN=Ministry seal (development), O=Ministry of Finance, C=VN', false, 'soap',
  decode(repeat('00', @octets::int), 'hex'), decode(repeat('00', @octets::int), 'hex'), NULL
FROM batch;

INSERT INTO parts (exchange_id, attachment_id, digest, size)
SELECT exchange_id, 'list', sha256(exchange_id::bytea), 4096 FROM batch;

INSERT INTO deliveries (delivery_id, exchange_id, receiver, connector, purpose, about, text, state, attempts, due_at, lease_owner, fence, created_at, changed_at, external_id, last_error, seal, lane, place, queued_at, expires_at, watch_at, expires_soon)
SELECT delivery_id, exchange_id, '000.00.00.G24', 'inside', 'dossier', NULL, '', 4, 1, NULL, NULL, 1, at, done_at, 'claims', '', NULL, NULL, 1, at, NULL, NULL, 0
FROM batch;

INSERT INTO evidence (exchange_id, delivery_id, type, at, sha256, document)
SELECT exchange_id, NULL, 'SUBMISSION_ACCEPTANCE', at, sha256(exchange_id::bytea), decode(repeat('00', @octets::int), 'hex') FROM batch
UNION ALL
SELECT exchange_id, delivery_id, 'DELIVERY', done_at, sha256(delivery_id::bytea), decode(repeat('00', @octets::int), 'hex') FROM batch;

INSERT INTO audit (reference, at, event, edge, exchange_id, delivery_id, sender, fault, rule, detail)
SELECT accepted_line, at, 1, 'soap', exchange_id, NULL, sender, NULL::integer, '', 'assurance signed; translated to a digest; 1 attachments, 1 deliveries' FROM batch
UNION ALL
SELECT done_line, done_at, 3, 'inside', exchange_id, delivery_id, NULL, NULL::integer, '', 'Leased to Delivered, attempt 1' FROM batch;
