-- A transaction is known by its id alone; nothing compared what it held.
alter table bridge_inbox_transaction drop column body_hash;
