-- Further ids of a person (kind 'user') or a chat (kind 'chat'), each leading to the one the bridge goes by. `receiver` as in bridge_portal, '' for people.
CREATE TABLE bridge_alias (
  network TEXT NOT NULL,
  kind TEXT NOT NULL,
  receiver TEXT NOT NULL,
  alias TEXT NOT NULL,
  id TEXT NOT NULL,
  PRIMARY KEY (network, kind, receiver, alias)
);

-- Has the history from before the portal been read? Portals that have a room by now never had one to read.
ALTER TABLE bridge_portal ADD COLUMN has_history INTEGER NOT NULL DEFAULT 0;
-- Two portals that turned out to be one chat: the row stays as a pointer for what was on its way to it.
ALTER TABLE bridge_portal ADD COLUMN merged_into BIGINT;
UPDATE bridge_portal SET has_history = 1 WHERE room_id IS NOT NULL;

-- A reaction is taken back by redacting its event, on either side.
CREATE INDEX bridge_reaction_event ON bridge_reaction (event_id);

-- Is something of ours on its way to a chat? A message of our own that comes from there must wait until that is known.
CREATE INDEX bridge_outbox_sending ON bridge_outbox (portal_nid) WHERE state = 1;

-- A message that was taken back, on either side, is not taken back again when its echo comes.
ALTER TABLE bridge_message ADD COLUMN is_redacted INTEGER NOT NULL DEFAULT 0;

-- Values are read by ranges of their names, which both engines must order by code point.
-- only: postgres
ALTER TABLE bridge_value ALTER COLUMN name TYPE TEXT COLLATE "C";
