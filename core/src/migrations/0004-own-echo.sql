-- What was done on the network comes back, perhaps to another login: under its id, where the network gives one, else as what it
-- changes. `is_heard`: it has come back.
alter table bridge_outbox add column effect text;
alter table bridge_outbox add column is_heard integer not null default 0;
create index bridge_outbox_remote on bridge_outbox (portal_nid, remote_id) where remote_id is not null;
create index bridge_outbox_effect on bridge_outbox (portal_nid, effect) where effect is not null and is_heard = 0;
