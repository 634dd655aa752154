-- Numbers of messages of Telegram count in a box: that of a channel (`c123:45`), or the one that all private chats and basic
-- groups of an account share (`u7:45`, where the portal's receiver is 7). Earlier versions stored the bare number.
--
-- A portal of a group that went on as a supergroup holds numbers of both. What came from there before the move was stored
-- belongs to the account's box, what came after to the channel's; what was sent from here, by its time. Where more than one
-- account had the group, whose number it was is not known any more: such a message keeps a name that nothing leads to.
CREATE TABLE bridge_moved_box AS
SELECT m.portal_nid, min(m.seq) AS seq, min(m.received_ts) AS received_ts, min(
  (SELECT CASE WHEN count(*) = 1 THEN 'u' || min(replace(replace(a.alias, '["' || substr(m.remote_id, 10) || '","', ''), '"]', '')) ELSE 'unknown' END
   FROM bridge_alias a
   WHERE a.network = 'telegram' AND a.kind = 'chat' AND a.id = '["' || p.chat || '",""]' AND a.alias LIKE '["g%')) AS box
FROM bridge_journal m JOIN bridge_portal p ON p.portal_nid = m.portal_nid
WHERE p.network = 'telegram' AND p.receiver = '' AND p.chat LIKE 'c%' AND m.remote_id LIKE 'migrated:g%'
GROUP BY m.portal_nid;

-- The box of every row that has a bare number in its id.
CREATE TABLE bridge_row_box AS
SELECT j.seq, CASE WHEN b.portal_nid IS NOT NULL AND (j.seq < b.seq OR coalesce(j.payload, '') LIKE '%"chat":{"chat":"g%') THEN b.box
  WHEN p.receiver <> '' THEN 'u' || p.receiver ELSE p.chat END AS box
FROM bridge_journal j JOIN bridge_portal p ON p.portal_nid = j.portal_nid
LEFT JOIN bridge_moved_box b ON b.portal_nid = j.portal_nid
WHERE p.network = 'telegram';
CREATE UNIQUE INDEX bridge_row_box_seq ON bridge_row_box (seq);

UPDATE bridge_message SET remote_id = (
  SELECT CASE
    WHEN b.portal_nid IS NOT NULL AND bridge_message.author_matrix IS NOT NULL AND bridge_message.ts < b.received_ts THEN b.box
    WHEN bridge_message.author_remote IS NOT NULL AND r.box IS NOT NULL THEN r.box
    WHEN p.receiver <> '' THEN 'u' || p.receiver
    ELSE p.chat END
  FROM bridge_portal p
  LEFT JOIN bridge_moved_box b ON b.portal_nid = p.portal_nid
  LEFT JOIN bridge_journal j ON j.portal_nid = p.portal_nid AND j.remote_id = bridge_message.remote_id
  LEFT JOIN bridge_row_box r ON r.seq = j.seq
  WHERE p.portal_nid = bridge_message.portal_nid) || ':' || remote_id
WHERE network = 'telegram' AND remote_id IS NOT NULL AND remote_id NOT LIKE '%:%'
  AND EXISTS (SELECT 1 FROM bridge_portal p WHERE p.portal_nid = bridge_message.portal_nid);

-- What is not delivered yet names itself, and what it is about, inside. It may have been sent already, under its old name.
-- only: sqlite
UPDATE bridge_journal SET payload = json_set(payload, '$.formerId', json_extract(payload, '$.id'))
WHERE payload IS NOT NULL AND seq IN (SELECT seq FROM bridge_row_box)
  AND (remote_id GLOB '[0-9]*' OR remote_id GLOB 'edit:[0-9]*' OR remote_id GLOB 'delete:[0-9]*' OR remote_id GLOB 'member:[0-9]*');
-- only: postgres
UPDATE bridge_journal SET payload = regexp_replace(payload, '"id":"(((edit|delete|member):)?[0-9][^"]*)"', '"formerId":"\1","id":"\1"')
WHERE payload IS NOT NULL AND seq IN (SELECT seq FROM bridge_row_box) AND remote_id ~ '^((edit|delete|member):)?[0-9]';
-- only: sqlite
UPDATE bridge_journal SET payload = json_set(payload, '$.target', (SELECT box FROM bridge_row_box r WHERE r.seq = bridge_journal.seq) || ':' || json_extract(payload, '$.target'))
WHERE payload IS NOT NULL AND seq IN (SELECT seq FROM bridge_row_box) AND json_extract(payload, '$.target') NOT LIKE '%:%';
-- only: sqlite
UPDATE bridge_journal SET payload = json_set(payload, '$.replyTo', (SELECT box FROM bridge_row_box r WHERE r.seq = bridge_journal.seq) || ':' || json_extract(payload, '$.replyTo'))
WHERE payload IS NOT NULL AND seq IN (SELECT seq FROM bridge_row_box) AND json_extract(payload, '$.replyTo') NOT LIKE '%:%';
-- only: postgres
UPDATE bridge_journal SET payload = regexp_replace(payload, '"(target|replyTo)":"([0-9]+)"', '"\1":"' || r.box || ':\2"')
FROM bridge_row_box r WHERE r.seq = bridge_journal.seq AND payload IS NOT NULL;

UPDATE bridge_journal SET remote_id = (SELECT box FROM bridge_row_box r WHERE r.seq = bridge_journal.seq) || ':' || remote_id
WHERE seq IN (SELECT seq FROM bridge_row_box) AND remote_id NOT LIKE '%:%';
UPDATE bridge_journal SET remote_id = 'edit:' || (SELECT box FROM bridge_row_box r WHERE r.seq = bridge_journal.seq) || ':' || substr(remote_id, 6)
WHERE seq IN (SELECT seq FROM bridge_row_box) AND remote_id LIKE 'edit:%';
UPDATE bridge_journal SET remote_id = 'delete:' || (SELECT box FROM bridge_row_box r WHERE r.seq = bridge_journal.seq) || ':' || substr(remote_id, 8)
WHERE seq IN (SELECT seq FROM bridge_row_box) AND remote_id LIKE 'delete:%';
UPDATE bridge_journal SET remote_id = 'member:' || (SELECT box FROM bridge_row_box r WHERE r.seq = bridge_journal.seq) || ':' || substr(remote_id, 8)
WHERE seq IN (SELECT seq FROM bridge_row_box) AND remote_id LIKE 'member:%';

-- only: sqlite
UPDATE bridge_journal SET payload = json_set(payload, '$.id', remote_id)
WHERE payload IS NOT NULL AND seq IN (SELECT seq FROM bridge_row_box);
-- only: postgres
UPDATE bridge_journal SET payload = regexp_replace(payload, '"id":"((edit|delete|member):)?[0-9][^"]*"', '"id":"' || remote_id || '"')
FROM bridge_row_box r WHERE r.seq = bridge_journal.seq AND payload IS NOT NULL AND remote_id ~ '^((edit|delete|member):)?(u[0-9]+|c[0-9]+|unknown):[0-9]';

UPDATE bridge_portal SET last_confirmed = CASE WHEN receiver <> '' THEN 'u' || receiver ELSE chat END || ':' || last_confirmed
WHERE network = 'telegram' AND last_confirmed IS NOT NULL AND last_confirmed NOT LIKE '%:%';

UPDATE bridge_outbox SET remote_id = (
  SELECT CASE WHEN p.receiver <> '' THEN 'u' || p.receiver ELSE p.chat END
  FROM bridge_portal p WHERE p.portal_nid = bridge_outbox.portal_nid) || ':' || remote_id
WHERE network = 'telegram' AND remote_id IS NOT NULL AND remote_id NOT LIKE '%:%'
  AND EXISTS (SELECT 1 FROM bridge_portal p WHERE p.portal_nid = bridge_outbox.portal_nid);

DROP TABLE bridge_row_box;
DROP TABLE bridge_moved_box;
