-- Streams beside that of events: the first position that is not set aside yet.
create table stream_position (name text primary key, position bigint not null);

alter table account add column is_locked integer not null default 0;

alter table device add column last_seen_ts bigint;
alter table device add column last_seen_ip text;

-- Null for tokens that live until log-out.
alter table access_token add column expires_ts bigint;

-- Of one device the newest, and the one before it until the newest was used.
create table refresh_token (
  hash bytea primary key,
  user_id text not null,
  device_id text not null,
  generation integer not null);
create index refresh_token_by_device on refresh_token (user_id, device_id);

-- room is '' for what belongs to no room; content is JSON, and null for what was deleted.
create table account_data (
  user_id text not null,
  room text not null,
  type text not null,
  content text,
  position bigint not null,
  primary key (user_id, room, type)) /*sqlite: without rowid */;
create index account_data_by_position on account_data (user_id, position);

-- kind: 0 m.read, 1 m.read.private. thread: '' for the unthreaded one, 'main', or the id of a thread's root.
create table receipt (
  room integer not null,
  user_nid integer not null,
  kind integer not null,
  thread text not null,
  event integer not null,
  ts bigint not null,
  position bigint not null,
  primary key (room, user_nid, kind, thread)) /*sqlite: without rowid */;
create index receipt_by_position on receipt (position);

-- Events that notify a user; a bounded number for each. thread: '' for the main timeline, else the root's id.
create table push_action (
  user_nid integer not null,
  event integer not null,
  room integer not null,
  thread text not null,
  is_highlight integer not null,
  is_read integer not null,
  actions text not null,
  primary key (user_nid, event)) /*sqlite: without rowid */;
create index push_action_unread on push_action (user_nid, room, event) where is_read = 0;

create table pusher (
  user_id text not null,
  app_id text not null,
  pushkey text not null,
  device_id text not null,
  content text not null,
  primary key (user_id, app_id, pushkey)) /*sqlite: without rowid */;
