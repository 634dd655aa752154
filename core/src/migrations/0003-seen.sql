-- Of remote events that are long done only the key is kept, for ever: whatever comes again is known.
CREATE TABLE bridge_seen (
  portal_nid BIGINT NOT NULL,
  remote_id TEXT NOT NULL,
  PRIMARY KEY (portal_nid, remote_id)) /*sqlite: WITHOUT ROWID */;

-- Transactions and outbox rows go by their age.
CREATE INDEX bridge_inbox_transaction_age ON bridge_inbox_transaction (network, received_ts);
CREATE INDEX bridge_inbox_done ON bridge_inbox (network, seq) WHERE state = 1;
CREATE INDEX bridge_journal_done ON bridge_journal (seq) WHERE state = 1;
CREATE INDEX bridge_outbox_uncertain ON bridge_outbox (network) WHERE state = 5;
