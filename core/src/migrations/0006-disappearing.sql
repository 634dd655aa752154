-- Events that go when their time has come: those of messages to which the network has set one.
create table bridge_disappearing (
  network text not null,
  event_id text not null,
  room_id text not null,
  sender text not null,
  due_ts bigint not null,
  attempts integer not null default 0,
  primary key (network, event_id));
create index bridge_disappearing_due on bridge_disappearing (network, due_ts);
