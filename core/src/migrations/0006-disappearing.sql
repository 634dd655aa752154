-- Events that go when their time has come: those of messages to which the network has set one.
CREATE TABLE bridge_disappearing (
  network TEXT NOT NULL,
  event_id TEXT NOT NULL,
  room_id TEXT NOT NULL,
  sender TEXT NOT NULL,
  due_ts BIGINT NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (network, event_id));
CREATE INDEX bridge_disappearing_due ON bridge_disappearing (network, due_ts);
