-- Texts that recur (user ids, event types, state keys) are numbered once; hot tables hold the numbers.
create table interned (nid integer primary key, text text not null unique);

create table server_key (key_id text primary key, seed bytea not null, created_ts bigint not null);

create table room (nid integer primary key, room_id text not null unique, version text not null);

-- The stream of all events: nid is the position in it. pos counts the state versions of (room, branch): a state event
-- makes version pos, a message was sent at version pos. status: 0 accepted, 1 soft-failed, 2 rejected, 3 outlier.
-- refs holds the nids of prev_events and auth_events, seal the content hash and this server's signature.
create table event (
  nid integer primary key,
  room integer not null,
  event_id bytea not null,
  type integer not null,
  sender integer not null,
  state_key integer,
  slot integer,
  branch integer not null,
  pos integer not null,
  replaces integer,
  depth integer not null,
  ts bigint not null,
  status integer not null,
  redacted_by integer,
  refs bytea not null,
  seal bytea,
  content bytea not null);
create unique index event_by_id on event (event_id);
create index event_by_room on event (room, nid);
create index event_by_time on event (room, ts);
-- The state of one slot at any version is one seek in this index.
create index event_by_slot on event (room, branch, slot, pos) where slot is not null;

-- The part of an event's unsigned.transaction_id that only its sender sees; permanent, so that a repeat is known for ever.
create table event_txn (
  room integer not null,
  sender integer not null,
  device text not null,
  txn_id text not null,
  event integer not null,
  primary key (room, sender, device, txn_id)) /*sqlite: without rowid */;

-- Only what people send from devices is asked for by event; application services act without one.
create index event_txn_by_event on event_txn (event) where device <> '';

create table event_relation (
  target integer not null,
  rel_type integer not null,
  event integer not null,
  primary key (target, rel_type, event)) /*sqlite: without rowid */;

-- Each (type, state_key) of a room has a small number, so that a full state is an array.
create table slot (
  room integer not null,
  type integer not null,
  state_key integer not null,
  slot integer not null,
  primary key (room, type, state_key)) /*sqlite: without rowid */;

-- A fork opens a branch at a version of its parent; branch 0 has none.
create table state_branch (
  room integer not null,
  branch integer not null,
  parent integer not null,
  fork_pos integer not null,
  primary key (room, branch)) /*sqlite: without rowid */;

-- What resolution put into a slot against the order of the events; event 0 empties it.
create table state_override (
  room integer not null,
  branch integer not null,
  slot integer not null,
  pos integer not null,
  event integer not null,
  primary key (room, branch, slot, pos)) /*sqlite: without rowid */;

-- The forward extremities of rooms that have several; a room without rows here ends at its last event.
create table extremity (room integer not null, event integer not null, primary key (room, event)) /*sqlite: without rowid */;

-- membership: 0 leave, 1 invite, 2 join, 3 knock, 4 ban.
create table membership (
  user_nid integer not null,
  room integer not null,
  membership integer not null,
  event integer not null,
  is_forgotten integer not null,
  primary key (user_nid, room)) /*sqlite: without rowid */;
create index membership_by_room on membership (room);

create table room_alias (alias text primary key, room integer not null, creator text not null);
create index room_alias_by_room on room_alias (room);

-- network is '' for the server's own list, else '<application service>|<network>'.
create table published_room (room integer not null, network text not null, primary key (room, network));

create table sync_filter (user_id text not null, nid integer not null, definition text not null, primary key (user_id, nid));

create table account (
  user_id text primary key,
  password_hash text,
  created_ts bigint not null,
  is_admin integer not null,
  is_guest integer not null,
  is_deactivated integer not null,
  appservice text);

create table device (
  user_id text not null,
  device_id text not null,
  display_name text,
  created_ts bigint not null,
  primary key (user_id, device_id));

-- Only the SHA-256 of a token is kept.
create table access_token (
  hash bytea primary key,
  user_id text not null,
  device_id text not null,
  created_ts bigint not null);
create index access_token_by_device on access_token (user_id, device_id);

-- registration is null for those that come from files.
create table appservice (
  nid integer primary key,
  id text not null unique,
  registration text,
  txn_prefix text not null);

-- kind: 0 room event, 1 ephemeral, 2 to-device; the last two as JSON in payload.
create table appservice_outbox (
  appservice integer not null,
  seq integer not null,
  kind integer not null,
  event integer,
  payload text,
  queued_ts bigint not null,
  primary key (appservice, seq)) /*sqlite: without rowid */;

-- The one transaction in flight, with its bytes: a repeat is equal even when an event was redacted in between.
create table appservice_transaction (
  appservice integer primary key,
  number integer not null,
  last_seq integer not null,
  body text,
  created_ts bigint not null);
