-- A key from a file has an empty seed here: the secret stays in the file. public_key is null for keys of before.
alter table server_key add column public_key bytea;
-- When another key took over; null for the one in force.
alter table server_key add column expired_ts bigint;
