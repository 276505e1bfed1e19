-- Instants are milliseconds since 1970-01-01T00:00:00Z. Words are those of the GraphQL enums.

CREATE TABLE secrets (
    name  TEXT NOT NULL PRIMARY KEY,
    value BLOB NOT NULL
) STRICT;

CREATE TABLE employees (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    email         TEXT    NOT NULL,
    email_key     TEXT    NOT NULL UNIQUE,
    password_hash TEXT    NOT NULL,
    role          TEXT    NOT NULL CHECK (role IN ('OWNER', 'EMPLOYEE')),
    active        INTEGER NOT NULL DEFAULT 1 CHECK (active IN (0, 1)),
    epoch         INTEGER NOT NULL DEFAULT 0,
    created_at    INTEGER NOT NULL
) STRICT;

CREATE TABLE invites (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    token_hash BLOB    NOT NULL UNIQUE,
    email      TEXT,
    role       TEXT    NOT NULL CHECK (role IN ('OWNER', 'EMPLOYEE')),
    created_by INTEGER REFERENCES employees (id),
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at    INTEGER
) STRICT;

CREATE TABLE customers (
    id                INTEGER PRIMARY KEY AUTOINCREMENT,
    phone             TEXT    NOT NULL,
    phone_e164        TEXT    NOT NULL UNIQUE,
    name              TEXT,
    name_key          TEXT    NOT NULL DEFAULT '',
    telegram_id       INTEGER,
    telegram_verified INTEGER NOT NULL DEFAULT 0 CHECK (telegram_verified IN (0, 1)),
    telegram_blocked  INTEGER NOT NULL DEFAULT 0 CHECK (telegram_blocked IN (0, 1)),
    telegram_language TEXT    NOT NULL DEFAULT 'ru' CHECK (telegram_language IN ('ru', 'en')),
    created_at        INTEGER NOT NULL,
    updated_at        INTEGER NOT NULL
) STRICT;
CREATE INDEX customers_telegram ON customers (telegram_id) WHERE telegram_id IS NOT NULL;

CREATE TABLE tasks (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    customer_id INTEGER REFERENCES customers (id) ON DELETE SET NULL,
    employee_id INTEGER REFERENCES employees (id) ON DELETE SET NULL,
    category    TEXT    NOT NULL CHECK (category IN ('CONSULTING', 'DIAGNOSIS', 'REPAIR', 'OTHER')),
    status      TEXT    NOT NULL CHECK (status IN ('ACCEPTED', 'IN_PROGRESS', 'READY', 'CLOSED')),
    description TEXT    NOT NULL,
    version     INTEGER NOT NULL DEFAULT 1,
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL,
    closed_at   INTEGER
) STRICT;
CREATE INDEX tasks_customer ON tasks (customer_id);
CREATE INDEX tasks_employee ON tasks (employee_id);
CREATE INDEX tasks_category ON tasks (category);
CREATE INDEX tasks_status ON tasks (status);
CREATE INDEX tasks_created ON tasks (created_at);
CREATE INDEX tasks_updated ON tasks (updated_at);

-- What happened to a task. The task may be gone: its history stays.
CREATE TABLE task_events (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    task_id     INTEGER NOT NULL,
    kind        TEXT    NOT NULL CHECK (kind IN ('CREATED', 'STATUS', 'CATEGORY', 'DESCRIPTION', 'EMPLOYEE', 'CUSTOMER', 'DELETED')),
    author      TEXT    NOT NULL CHECK (author IN ('STAFF', 'CUSTOMER', 'SYSTEM')),
    employee_id INTEGER REFERENCES employees (id),
    customer_id INTEGER REFERENCES customers (id) ON DELETE SET NULL,
    from_value  TEXT,
    to_value    TEXT,
    at          INTEGER NOT NULL
) STRICT;
CREATE INDEX task_events_task ON task_events (task_id);
CREATE INDEX task_events_customer ON task_events (customer_id) WHERE customer_id IS NOT NULL;

CREATE TRIGGER task_events_append_only_update
BEFORE UPDATE OF id, task_id, kind, author, employee_id, from_value, to_value, at ON task_events
BEGIN
    SELECT raise(ABORT, 'the history of a task is append-only');
END;
CREATE TRIGGER task_events_append_only_delete
BEFORE DELETE ON task_events
BEGIN
    SELECT raise(ABORT, 'the history of a task is append-only');
END;

-- What is to be sent to Telegram, and what became of it. A chat is served in the order (due_at, id).
CREATE TABLE outbox (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    chat_id     INTEGER NOT NULL,
    kind        TEXT    NOT NULL CHECK (kind IN ('STATUS_CHANGED', 'REPLY')),
    customer_id INTEGER REFERENCES customers (id) ON DELETE CASCADE,
    task_id     INTEGER REFERENCES tasks (id) ON DELETE CASCADE,
    from_status TEXT,
    to_status   TEXT,
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
    CHECK ((kind = 'STATUS_CHANGED') = (task_id IS NOT NULL AND from_status IS NOT NULL AND to_status IS NOT NULL))
) STRICT;
CREATE INDEX outbox_open ON outbox (due_at, id) WHERE state IN ('WAITING', 'SENDING');
CREATE INDEX outbox_open_chat ON outbox (chat_id, due_at, id) WHERE state IN ('WAITING', 'SENDING');
CREATE INDEX outbox_dead ON outbox (id) WHERE state = 'DEAD';
CREATE INDEX outbox_task ON outbox (task_id) WHERE task_id IS NOT NULL;
CREATE INDEX outbox_customer ON outbox (customer_id) WHERE customer_id IS NOT NULL;

-- Updates of Telegram that had their effect: one that comes again has none.
CREATE TABLE telegram_updates (
    update_id   INTEGER NOT NULL PRIMARY KEY,
    received_at INTEGER NOT NULL
) STRICT;
CREATE INDEX telegram_updates_received ON telegram_updates (received_at);
