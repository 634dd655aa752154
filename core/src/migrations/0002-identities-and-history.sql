-- Further ids of a person (kind 'user') or a chat (kind 'chat'), each leading to the one the bridge goes by. `receiver` as in bridge_portal, '' for people.
create table bridge_alias (
  network text not null,
  kind text not null,
  receiver text not null,
  alias text not null,
  id text not null,
  primary key (network, kind, receiver, alias)
);

-- Has the history from before the portal been read? Portals that have a room by now never had one to read.
alter table bridge_portal add column has_history integer not null default 0;
-- Two portals that turned out to be one chat: the row stays as a pointer for what was on its way to it.
alter table bridge_portal add column merged_into bigint;
update bridge_portal set has_history = 1 where room_id is not null;

-- A reaction is taken back by redacting its event, on either side.
create index bridge_reaction_event on bridge_reaction (event_id);

-- Is something of ours on its way to a chat? A message of our own that comes from there must wait until that is known.
create index bridge_outbox_sending on bridge_outbox (portal_nid) where state = 1;

-- A message that was taken back, on either side, is not taken back again when its echo comes.
alter table bridge_message add column is_redacted integer not null default 0;

-- Values are read by ranges of their names, which both engines must order by code point.
-- only: postgres
alter table bridge_value alter column name type text collate "C";
