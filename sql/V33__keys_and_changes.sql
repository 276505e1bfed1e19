-- The requests of the last day that may come again by a key of the client, so that they make nothing twice. Both digests
-- are over the key, which isn't stored; what was asked for can't be read from them.
CREATE TABLE idempotency_keys (
    -- Digest of who asked and of the key.
    key     BLOB    NOT NULL PRIMARY KEY,
    -- Digest of the operation and its content.
    content BLOB    NOT NULL,
    -- What it made: the number of the object, or the outcome of an import.
    made    TEXT    NOT NULL,
    kept_at INTEGER NOT NULL
) STRICT;
CREATE INDEX idempotency_keys_kept ON idempotency_keys (kept_at);

-- The tasks and customers in the order of the commits that changed them last, one row each, for readers who keep a copy.
-- Deleted ones stay as rows without anything about a person.
CREATE TABLE changes (
    -- The place in the order. It is an instant in milliseconds or a little later, so that a restored file repeats none.
    seq        INTEGER NOT NULL PRIMARY KEY,
    kind       TEXT    NOT NULL CHECK (kind IN ('CUSTOMER', 'TASK')),
    subject_id INTEGER NOT NULL,
    deleted    INTEGER NOT NULL CHECK (deleted IN (0, 1)),
    -- When, and never before the row before it, even if the clock goes back, and never after seq.
    at         INTEGER NOT NULL,
    UNIQUE (kind, subject_id)
) STRICT;
-- What the running transaction has changed so far; the writer gives places to it before the commit.
CREATE TABLE changes_stale (
    kind       TEXT    NOT NULL,
    subject_id INTEGER NOT NULL,
    deleted    INTEGER NOT NULL,
    at         INTEGER NOT NULL,
    PRIMARY KEY (kind, subject_id)
) WITHOUT ROWID, STRICT;
-- The starts of the server. No place between the last one before a start and those after it was ever given here: a reader
-- who has one has read from a file that was replaced by a backup since.
CREATE TABLE change_eras (
    last_seq   INTEGER NOT NULL PRIMARY KEY,
    started_at INTEGER NOT NULL,
    -- Part of each reader's cursor, and another one in another database.
    mark       BLOB    NOT NULL DEFAULT (randomblob(8))
) STRICT;

CREATE TRIGGER changes_task_insert AFTER INSERT ON tasks
BEGIN
    INSERT INTO changes_stale (kind, subject_id, deleted, at) VALUES ('TASK', new.id, 0, new.updated_at)
    ON CONFLICT DO UPDATE SET deleted = 0, at = max(at, excluded.at);
END;
CREATE TRIGGER changes_task_update AFTER UPDATE ON tasks
BEGIN
    INSERT INTO changes_stale (kind, subject_id, deleted, at) VALUES ('TASK', new.id, 0, new.updated_at)
    ON CONFLICT DO UPDATE SET deleted = 0, at = max(at, excluded.at);
END;
CREATE TRIGGER changes_task_delete AFTER DELETE ON tasks
BEGIN
    INSERT INTO changes_stale (kind, subject_id, deleted, at) VALUES ('TASK', old.id, 1, old.updated_at)
    ON CONFLICT DO UPDATE SET deleted = 1;
END;
CREATE TRIGGER changes_customer_insert AFTER INSERT ON customers
BEGIN
    INSERT INTO changes_stale (kind, subject_id, deleted, at) VALUES ('CUSTOMER', new.id, 0, new.updated_at)
    ON CONFLICT DO UPDATE SET deleted = 0, at = max(at, excluded.at);
END;
-- The keys of the search are no change.
CREATE TRIGGER changes_customer_update
AFTER UPDATE OF phone, phone_e164, name, telegram_id, telegram_verified, telegram_blocked, telegram_language,
    second_phone, email, company, tax_number, note, updated_at ON customers
BEGIN
    INSERT INTO changes_stale (kind, subject_id, deleted, at) VALUES ('CUSTOMER', new.id, 0, new.updated_at)
    ON CONFLICT DO UPDATE SET deleted = 0, at = max(at, excluded.at);
END;
CREATE TRIGGER changes_customer_delete AFTER DELETE ON customers
BEGIN
    INSERT INTO changes_stale (kind, subject_id, deleted, at) VALUES ('CUSTOMER', old.id, 1, old.updated_at)
    ON CONFLICT DO UPDATE SET deleted = 1;
END;

-- What is there already, in the order of its last changes as the clock had them.
WITH existing AS (
    SELECT 'TASK' AS kind, id, updated_at FROM tasks
    UNION ALL
    SELECT 'CUSTOMER', id, updated_at FROM customers
), numbered AS (
    SELECT kind, id, updated_at, row_number() OVER (ORDER BY updated_at, kind, id) AS place FROM existing
)
INSERT INTO changes (seq, kind, subject_id, deleted, at)
SELECT place + max(updated_at - place) OVER (ORDER BY place), kind, id, 0, updated_at FROM numbered;
