-- What was done on the network comes back, perhaps to another login: under its id, where the network gives one, else as what it
-- changes. `is_heard`: it has come back.
ALTER TABLE bridge_outbox ADD COLUMN effect TEXT;
ALTER TABLE bridge_outbox ADD COLUMN is_heard INTEGER NOT NULL DEFAULT 0;
CREATE INDEX bridge_outbox_remote ON bridge_outbox (portal_nid, remote_id) WHERE remote_id IS NOT NULL;
CREATE INDEX bridge_outbox_effect ON bridge_outbox (portal_nid, effect) WHERE effect IS NOT NULL AND is_heard = 0;
