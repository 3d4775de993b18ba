-- Exchanges @from to @to of @count: a dossier from a ministry that the inside took over at once, as the hub leaves it behind. The times lie evenly
-- from @first on within @span milliseconds; ids are version 7 UUIDs in their order, message ids are random as a UUID is.
CREATE TEMP TABLE IF NOT EXISTS batch (at INTEGER, done_at INTEGER, stem TEXT, tail TEXT, done_stem TEXT, sender TEXT, message_id TEXT);
DELETE FROM batch;
WITH RECURSIVE numbered (i) AS (SELECT @from UNION ALL SELECT i + 1 FROM numbered WHERE i < @to),
times (i, at, done_at) AS (SELECT i, @first + i * @span / @count, @first + i * @span / @count + 200 + i % 1700 FROM numbered)
INSERT INTO batch (at, done_at, stem, tail, done_stem, sender, message_id)
SELECT at, done_at,
  printf('%08x-%04x-7%03x-', at >> 16, at & 65535, i % 4096),
  printf('%04x-%012x', 32768 + i % 16384, ((i * 160000000003) >> 8) & 281474976710655),
  printf('%08x-%04x-7%03x-', done_at >> 16, done_at & 65535, i % 4096),
  CASE WHEN i % 2 = 0 THEN '000.00.00.G12' ELSE printf('000.00.00.H%02d', i % 60) END,
  lower(hex(randomblob(16)))
FROM times;

INSERT INTO exchanges (exchange_id, sender, message_id, kind, document_id, subject, state, accepted_at, digest, assurance, signed_by, answered_by_status, edge, dossier, receipt, seal_digest)
SELECT 'x-' || stem || 'b' || substr(tail, 2), sender, message_id, 1, '', 'a benchmark', 2, at, randomblob(32), 'signed', 'CN=Ministry seal (development), O=Ministry of Finance, C=VN', 0, 'soap', zeroblob(@octets), zeroblob(@octets), NULL
FROM batch;

INSERT INTO parts (exchange_id, attachment_id, digest, size)
SELECT 'x-' || stem || 'b' || substr(tail, 2), 'list', randomblob(32), 4096 FROM batch;

INSERT INTO deliveries (delivery_id, exchange_id, receiver, connector, purpose, about, text, state, attempts, due_at, lease_owner, fence, created_at, changed_at, external_id, last_error, seal, lane, place, queued_at, expires_at, watch_at, expires_soon)
SELECT 'd-' || stem || tail, 'x-' || stem || 'b' || substr(tail, 2), '000.00.00.G24', 'inside', 'dossier', NULL, '', 4, 1, NULL, NULL, 1, at, done_at, 'claims', '', NULL, NULL, 1, at, NULL, NULL, 0
FROM batch;

INSERT INTO evidence (exchange_id, delivery_id, type, at, sha256, document)
SELECT 'x-' || stem || 'b' || substr(tail, 2), NULL, 'SUBMISSION_ACCEPTANCE', at, randomblob(32), zeroblob(@octets) FROM batch
UNION ALL
SELECT 'x-' || stem || 'b' || substr(tail, 2), 'd-' || stem || tail, 'DELIVERY', done_at, randomblob(32), zeroblob(@octets) FROM batch;

INSERT INTO audit (reference, at, event, edge, exchange_id, delivery_id, sender, fault, rule, detail)
SELECT 'r-' || replace(stem || tail, '-', ''), at, 1, 'soap', 'x-' || stem || 'b' || substr(tail, 2), NULL, sender, NULL, '', 'assurance signed; translated to a digest; 1 attachments, 1 deliveries' FROM batch
UNION ALL
SELECT 'r-' || replace(done_stem || tail, '-', ''), done_at, 3, 'inside', 'x-' || stem || 'b' || substr(tail, 2), 'd-' || stem || tail, NULL, NULL, '', 'Leased to Delivered, attempt 1' FROM batch;
