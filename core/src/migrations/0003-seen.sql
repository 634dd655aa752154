-- Of remote events that are long done only the key is kept, for ever: whatever comes again is known.
create table bridge_seen (
  portal_nid bigint not null,
  remote_id text not null,
  primary key (portal_nid, remote_id)) /*sqlite: without rowid */;

-- Transactions and outbox rows go by their age.
create index bridge_inbox_transaction_age on bridge_inbox_transaction (network, received_ts);
create index bridge_inbox_done on bridge_inbox (network, seq) where state = 1;
create index bridge_journal_done on bridge_journal (seq) where state = 1;
create index bridge_outbox_uncertain on bridge_outbox (network) where state = 5;
