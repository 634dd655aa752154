-- Numbers of messages of Telegram count in a box: that of a channel (`c123:45`), or the one that all private chats and basic
-- groups of an account share (`u7:45`, where the portal's receiver is 7). Earlier versions stored the bare number.
--
-- A portal of a group that went on as a supergroup holds numbers of both. What came from there before the move was stored
-- belongs to the account's box, what came after to the channel's; what was sent from here, by its time. Where more than one
-- account had the group, whose number it was is not known any more: such a message keeps a name that nothing leads to.
create table bridge_moved_box as
select m.portal_nid, min(m.seq) as seq, min(m.received_ts) as received_ts, min(
  (select case when count(*) = 1 then 'u' || min(replace(replace(a.alias, '["' || substr(m.remote_id, 10) || '","', ''), '"]', '')) else 'unknown' end
   from bridge_alias a
   where a.network = 'telegram' and a.kind = 'chat' and a.id = '["' || p.chat || '",""]' and a.alias like '["g%')) as box
from bridge_journal m join bridge_portal p on p.portal_nid = m.portal_nid
where p.network = 'telegram' and p.receiver = '' and p.chat like 'c%' and m.remote_id like 'migrated:g%'
group by m.portal_nid;

-- The box of every row that has a bare number in its id.
create table bridge_row_box as
select j.seq, case when b.portal_nid is not null and (j.seq < b.seq or coalesce(j.payload, '') like '%"chat":{"chat":"g%') then b.box
  when p.receiver <> '' then 'u' || p.receiver else p.chat end as box
from bridge_journal j join bridge_portal p on p.portal_nid = j.portal_nid
left join bridge_moved_box b on b.portal_nid = j.portal_nid
where p.network = 'telegram';
create unique index bridge_row_box_seq on bridge_row_box (seq);

update bridge_message set remote_id = (
  select case
    when b.portal_nid is not null and bridge_message.author_matrix is not null and bridge_message.ts < b.received_ts then b.box
    when bridge_message.author_remote is not null and r.box is not null then r.box
    when p.receiver <> '' then 'u' || p.receiver
    else p.chat end
  from bridge_portal p
  left join bridge_moved_box b on b.portal_nid = p.portal_nid
  left join bridge_journal j on j.portal_nid = p.portal_nid and j.remote_id = bridge_message.remote_id
  left join bridge_row_box r on r.seq = j.seq
  where p.portal_nid = bridge_message.portal_nid) || ':' || remote_id
where network = 'telegram' and remote_id is not null and remote_id not like '%:%'
  and exists (select 1 from bridge_portal p where p.portal_nid = bridge_message.portal_nid);

-- What is not delivered yet names itself, and what it is about, inside. It may have been sent already, under its old name.
-- only: sqlite
update bridge_journal set payload = json_set(payload, '$.formerId', json_extract(payload, '$.id'))
where payload is not null and seq in (select seq from bridge_row_box)
  and (remote_id glob '[0-9]*' or remote_id glob 'edit:[0-9]*' or remote_id glob 'delete:[0-9]*' or remote_id glob 'member:[0-9]*');
-- only: postgres
update bridge_journal set payload = regexp_replace(payload, '"id":"(((edit|delete|member):)?[0-9][^"]*)"', '"formerId":"\1","id":"\1"')
where payload is not null and seq in (select seq from bridge_row_box) and remote_id ~ '^((edit|delete|member):)?[0-9]';
-- only: sqlite
update bridge_journal set payload = json_set(payload, '$.target', (select box from bridge_row_box r where r.seq = bridge_journal.seq) || ':' || json_extract(payload, '$.target'))
where payload is not null and seq in (select seq from bridge_row_box) and json_extract(payload, '$.target') not like '%:%';
-- only: sqlite
update bridge_journal set payload = json_set(payload, '$.replyTo', (select box from bridge_row_box r where r.seq = bridge_journal.seq) || ':' || json_extract(payload, '$.replyTo'))
where payload is not null and seq in (select seq from bridge_row_box) and json_extract(payload, '$.replyTo') not like '%:%';
-- only: postgres
update bridge_journal set payload = regexp_replace(payload, '"(target|replyTo)":"([0-9]+)"', '"\1":"' || r.box || ':\2"')
from bridge_row_box r where r.seq = bridge_journal.seq and payload is not null;

update bridge_journal set remote_id = (select box from bridge_row_box r where r.seq = bridge_journal.seq) || ':' || remote_id
where seq in (select seq from bridge_row_box) and remote_id not like '%:%';
update bridge_journal set remote_id = 'edit:' || (select box from bridge_row_box r where r.seq = bridge_journal.seq) || ':' || substr(remote_id, 6)
where seq in (select seq from bridge_row_box) and remote_id like 'edit:%';
update bridge_journal set remote_id = 'delete:' || (select box from bridge_row_box r where r.seq = bridge_journal.seq) || ':' || substr(remote_id, 8)
where seq in (select seq from bridge_row_box) and remote_id like 'delete:%';
update bridge_journal set remote_id = 'member:' || (select box from bridge_row_box r where r.seq = bridge_journal.seq) || ':' || substr(remote_id, 8)
where seq in (select seq from bridge_row_box) and remote_id like 'member:%';

-- only: sqlite
update bridge_journal set payload = json_set(payload, '$.id', remote_id)
where payload is not null and seq in (select seq from bridge_row_box);
-- only: postgres
update bridge_journal set payload = regexp_replace(payload, '"id":"((edit|delete|member):)?[0-9][^"]*"', '"id":"' || remote_id || '"')
from bridge_row_box r where r.seq = bridge_journal.seq and payload is not null and remote_id ~ '^((edit|delete|member):)?(u[0-9]+|c[0-9]+|unknown):[0-9]';

update bridge_portal set last_confirmed = case when receiver <> '' then 'u' || receiver else chat end || ':' || last_confirmed
where network = 'telegram' and last_confirmed is not null and last_confirmed not like '%:%';

update bridge_outbox set remote_id = (
  select case when p.receiver <> '' then 'u' || p.receiver else p.chat end
  from bridge_portal p where p.portal_nid = bridge_outbox.portal_nid) || ':' || remote_id
where network = 'telegram' and remote_id is not null and remote_id not like '%:%'
  and exists (select 1 from bridge_portal p where p.portal_nid = bridge_outbox.portal_nid);

drop table bridge_row_box;
drop table bridge_moved_box;
