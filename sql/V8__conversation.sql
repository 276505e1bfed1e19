-- What is said about a task: by staff to each other or to the customer, and by the customer to them.
CREATE TABLE comments (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    task_id     INTEGER NOT NULL REFERENCES tasks (id) ON DELETE CASCADE,
    kind        TEXT    NOT NULL CHECK (kind IN ('INTERNAL', 'TO_CUSTOMER', 'FROM_CUSTOMER')),
    employee_id INTEGER REFERENCES employees (id),
    customer_id INTEGER REFERENCES customers (id) ON DELETE SET NULL,
    -- By which way the customer said it.
    channel     TEXT    CHECK (channel IN ('TELEGRAM', 'PAGE')),
    text        TEXT    NOT NULL,
    at          INTEGER NOT NULL,
    -- Since when, and thanks to whom, what a customer said waits for no answer any more.
    settled_at  INTEGER,
    settled_by  INTEGER REFERENCES employees (id),
    CHECK ((kind = 'FROM_CUSTOMER') = (channel IS NOT NULL)),
    CHECK (kind = 'FROM_CUSTOMER' OR settled_at IS NULL)
) STRICT;
CREATE INDEX comments_task ON comments (task_id);
CREATE INDEX comments_open ON comments (task_id) WHERE kind = 'FROM_CUSTOMER' AND settled_at IS NULL;
CREATE INDEX comments_customer ON comments (customer_id) WHERE customer_id IS NOT NULL;

-- What customers were asked to agree to, and what they said.
CREATE TABLE approvals (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    task_id      INTEGER NOT NULL REFERENCES tasks (id) ON DELETE CASCADE,
    employee_id  INTEGER REFERENCES employees (id),
    price        INTEGER NOT NULL CHECK (price >= 0),
    text         TEXT    NOT NULL,
    -- The version that the task had with this estimate.
    task_version INTEGER NOT NULL,
    asked_at     INTEGER NOT NULL,
    state        TEXT    NOT NULL CHECK (state IN ('ASKED', 'AGREED', 'DECLINED', 'WITHDRAWN')),
    decided_at   INTEGER,
    channel      TEXT    CHECK (channel IN ('TELEGRAM', 'PAGE')),
    customer_id  INTEGER REFERENCES customers (id) ON DELETE SET NULL,
    CHECK ((state = 'ASKED') = (decided_at IS NULL)),
    CHECK ((state IN ('AGREED', 'DECLINED')) = (channel IS NOT NULL))
) STRICT;
CREATE INDEX approvals_task ON approvals (task_id);
CREATE UNIQUE INDEX approvals_asked ON approvals (task_id) WHERE state = 'ASKED';
CREATE INDEX approvals_customer ON approvals (customer_id) WHERE customer_id IS NOT NULL;

-- Messages of more kinds. The rows and the last number that was given stay.
CREATE TABLE outbox_new (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    chat_id     INTEGER NOT NULL,
    kind        TEXT    NOT NULL CHECK (kind IN ('STATUS_CHANGED', 'COMMENT', 'APPROVAL', 'REMINDER', 'REPLY')),
    customer_id INTEGER REFERENCES customers (id) ON DELETE CASCADE,
    task_id     INTEGER REFERENCES tasks (id) ON DELETE CASCADE,
    from_status TEXT,
    to_status   TEXT,
    comment_id  INTEGER REFERENCES comments (id) ON DELETE CASCADE,
    approval_id INTEGER REFERENCES approvals (id) ON DELETE CASCADE,
    reply       TEXT,
    state       TEXT    NOT NULL DEFAULT 'WAITING' CHECK (state IN ('WAITING', 'SENDING', 'DELIVERED', 'DEAD')),
    maybe_seen  INTEGER NOT NULL DEFAULT 0 CHECK (maybe_seen IN (0, 1)),
    attempts    INTEGER NOT NULL DEFAULT 0,
    created_at  INTEGER NOT NULL,
    due_at      INTEGER NOT NULL,
    try_at      INTEGER NOT NULL,
    settled_at  INTEGER,
    reason      TEXT    CHECK (reason IN ('BLOCKED', 'REFUSED', 'EXPIRED')),
    detail      TEXT,
    CHECK ((kind = 'REPLY') = (reply IS NOT NULL)),
    CHECK ((kind = 'REPLY') = (task_id IS NULL)),
    CHECK ((kind = 'STATUS_CHANGED') = (from_status IS NOT NULL AND to_status IS NOT NULL)),
    CHECK ((kind = 'COMMENT') = (comment_id IS NOT NULL)),
    CHECK ((kind = 'APPROVAL') = (approval_id IS NOT NULL))
) STRICT;
INSERT INTO outbox_new (id, chat_id, kind, customer_id, task_id, from_status, to_status, reply, state, maybe_seen, attempts,
    created_at, due_at, try_at, settled_at, reason, detail)
SELECT id, chat_id, kind, customer_id, task_id, from_status, to_status, reply, state, maybe_seen, attempts,
    created_at, due_at, try_at, settled_at, reason, detail FROM outbox ORDER BY id;
DELETE FROM sqlite_sequence WHERE name = 'outbox_new';
UPDATE sqlite_sequence SET name = 'outbox_new' WHERE name = 'outbox';
DROP TABLE outbox;
ALTER TABLE outbox_new RENAME TO outbox;
CREATE INDEX outbox_open ON outbox (due_at, id) WHERE state IN ('WAITING', 'SENDING');
CREATE INDEX outbox_open_chat ON outbox (chat_id, due_at, id) WHERE state IN ('WAITING', 'SENDING');
CREATE INDEX outbox_dead ON outbox (id) WHERE state = 'DEAD';
CREATE INDEX outbox_task ON outbox (task_id) WHERE task_id IS NOT NULL;
CREATE INDEX outbox_customer ON outbox (customer_id) WHERE customer_id IS NOT NULL;
CREATE INDEX outbox_comment ON outbox (comment_id) WHERE comment_id IS NOT NULL;
CREATE INDEX outbox_approval ON outbox (approval_id) WHERE approval_id IS NOT NULL;

-- A history of any kinds: which there are, the program knows, so that a new one needs no new table.
CREATE TABLE task_events_new (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    task_id     INTEGER NOT NULL,
    kind        TEXT    NOT NULL,
    author      TEXT    NOT NULL CHECK (author IN ('STAFF', 'CUSTOMER', 'SYSTEM')),
    employee_id INTEGER REFERENCES employees (id),
    customer_id INTEGER REFERENCES customers (id) ON DELETE SET NULL,
    from_value  TEXT,
    to_value    TEXT,
    at          INTEGER NOT NULL
) STRICT;
INSERT INTO task_events_new (id, task_id, kind, author, employee_id, customer_id, from_value, to_value, at)
SELECT id, task_id, kind, author, employee_id, customer_id, from_value, to_value, at FROM task_events ORDER BY id;
DELETE FROM sqlite_sequence WHERE name = 'task_events_new';
UPDATE sqlite_sequence SET name = 'task_events_new' WHERE name = 'task_events';
DROP TABLE task_events;
ALTER TABLE task_events_new RENAME TO task_events;
CREATE INDEX task_events_task ON task_events (task_id);
CREATE INDEX task_events_customer ON task_events (customer_id) WHERE customer_id IS NOT NULL;
CREATE TRIGGER task_events_append_only_update
BEFORE UPDATE OF id, task_id, kind, author, employee_id, from_value, to_value, at ON task_events
WHEN old.kind NOT IN ('DESCRIPTION', 'DEVICE') OR new.from_value IS NOT NULL OR new.to_value IS NOT NULL
    OR (new.id, new.task_id, new.kind, new.author, new.employee_id, new.at)
        IS NOT (old.id, old.task_id, old.kind, old.author, old.employee_id, old.at)
BEGIN
    SELECT raise(ABORT, 'the history of a task is append-only');
END;
CREATE TRIGGER task_events_append_only_delete
BEFORE DELETE ON task_events
BEGIN
    SELECT raise(ABORT, 'the history of a task is append-only');
END;
