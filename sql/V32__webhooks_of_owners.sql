-- Webhooks that owners register; those of config.toml have the source FILE. Their secrets are in the table of secrets.
ALTER TABLE webhooks ADD COLUMN name TEXT NOT NULL DEFAULT '';
ALTER TABLE webhooks ADD COLUMN source TEXT NOT NULL DEFAULT 'FILE' CHECK (source IN ('FILE', 'OWNER'));
-- NULL for one that is older than this column.
ALTER TABLE webhooks ADD COLUMN created_at INTEGER;
-- Since when its deliveries wait because of a pause.
ALTER TABLE webhooks ADD COLUMN paused_at INTEGER;
-- When its secret was replaced: the former one signs as well for a day.
ALTER TABLE webhooks ADD COLUMN rotated_at INTEGER;
-- Since when every attempt has failed.
ALTER TABLE webhooks ADD COLUMN failing_since INTEGER;
-- Deliveries that were dropped in the last pause.
ALTER TABLE webhooks ADD COLUMN dropped INTEGER NOT NULL DEFAULT 0;

-- The last attempt of a delivery: when it was, the status of the response, and how long it took.
ALTER TABLE webhook_deliveries ADD COLUMN tried_at INTEGER;
ALTER TABLE webhook_deliveries ADD COLUMN status INTEGER;
ALTER TABLE webhook_deliveries ADD COLUMN duration_ms INTEGER;
-- A page of the deliveries of one webhook, newest first.
DROP INDEX webhook_deliveries_webhook;
CREATE INDEX webhook_deliveries_webhook ON webhook_deliveries (webhook_id, id);
