-- A transaction is known by its id alone; nothing compared what it held.
ALTER TABLE bridge_inbox_transaction DROP COLUMN body_hash;
