-- The programs that are told what happens here: those of the settings, written down at each start.
CREATE TABLE webhooks (
    id     INTEGER PRIMARY KEY AUTOINCREMENT,
    url    TEXT    NOT NULL UNIQUE,
    -- A JSON list of the events that it wants.
    events TEXT    NOT NULL
) STRICT;

-- What each of them is to be told, and what became of it. A webhook is served in the order of the numbers.
CREATE TABLE webhook_deliveries (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    webhook_id  INTEGER NOT NULL REFERENCES webhooks (id) ON DELETE CASCADE,
    event       TEXT    NOT NULL,
    payload     TEXT    NOT NULL,
    state       TEXT    NOT NULL DEFAULT 'WAITING' CHECK (state IN ('WAITING', 'SENDING', 'DELIVERED', 'DEAD')),
    attempts    INTEGER NOT NULL DEFAULT 0,
    happened_at INTEGER NOT NULL,
    queued_at   INTEGER NOT NULL,
    try_at      INTEGER NOT NULL,
    settled_at  INTEGER,
    detail      TEXT    NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX webhook_deliveries_open ON webhook_deliveries (webhook_id, id) WHERE state IN ('WAITING', 'SENDING');
CREATE INDEX webhook_deliveries_webhook ON webhook_deliveries (webhook_id);
CREATE INDEX webhook_deliveries_settled ON webhook_deliveries (state, settled_at) WHERE settled_at IS NOT NULL;
