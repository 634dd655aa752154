-- Which position the events had reached at a moment: transaction ids go by the age that this gives their events.
create table event_txn_mark (taken_ts bigint primary key, nid integer not null);

-- Those of application services live longer than those of people, and are found by themselves.
create index event_txn_of_appservice on event_txn (event) where device = '';

-- What each owner has uploaded.
create table media_usage (owner text primary key, files bigint not null, bytes bigint not null);
insert into media_usage (owner, files, bytes)
  select owner, count(*), coalesce(sum(size), 0) from media group by owner;

create index room_alias_by_creator on room_alias (creator);
