create table device_key (
  user_id text not null,
  device_id text not null,
  content text not null,
  primary key (user_id, device_id)) /*sqlite: without rowid */;

create table one_time_key (
  user_id text not null,
  device_id text not null,
  algorithm text not null,
  key_id text not null,
  content text not null,
  added_ts bigint not null,
  primary key (user_id, device_id, algorithm, key_id)) /*sqlite: without rowid */;

create table fallback_key (
  user_id text not null,
  device_id text not null,
  algorithm text not null,
  key_id text not null,
  content text not null,
  is_used integer not null,
  primary key (user_id, device_id, algorithm)) /*sqlite: without rowid */;

-- usage: master, self_signing or user_signing.
create table cross_signing_key (
  user_id text not null,
  usage text not null,
  content text not null,
  primary key (user_id, usage)) /*sqlite: without rowid */;

-- target_key: a device id, or the public part of a master key. Those of other users are shown to their signer only.
create table key_signature (
  target_user text not null,
  target_key text not null,
  signer_user text not null,
  signer_key_id text not null,
  signature text not null,
  primary key (target_user, target_key, signer_user, signer_key_id)) /*sqlite: without rowid */;

-- kind: 0 the user's keys changed (room 0), 1 the user joined an encrypted room, 2 left it, 3 the room (user '') became
-- encrypted. Only the last of each is kept.
create table device_list_change (
  user_id text not null,
  room integer not null,
  kind integer not null,
  position bigint not null,
  primary key (user_id, room)) /*sqlite: without rowid */;
create index device_list_change_by_position on device_list_change (position);

-- Up to where each application service was told.
create table device_list_appservice (appservice integer primary key, position bigint not null);

create table to_device (
  user_id text not null,
  device_id text not null,
  position bigint not null,
  message text not null,
  primary key (user_id, device_id, position)) /*sqlite: without rowid */;

create table to_device_txn (
  user_id text not null,
  device_id text not null,
  txn_id text not null,
  created_ts bigint not null,
  primary key (user_id, device_id, txn_id)) /*sqlite: without rowid */;
create index to_device_txn_by_time on to_device_txn (created_ts);

create table room_key_version (
  user_id text not null,
  version integer not null,
  algorithm text not null,
  auth_data text not null,
  etag integer not null,
  is_deleted integer not null,
  primary key (user_id, version)) /*sqlite: without rowid */;

create table room_key (
  user_id text not null,
  version integer not null,
  room_id text not null,
  session_id text not null,
  content text not null,
  primary key (user_id, version, room_id, session_id)) /*sqlite: without rowid */;
