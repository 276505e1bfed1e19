-- Customers' accounts on a second messenger, beside Telegram's.
ALTER TABLE customers ADD COLUMN max_id INTEGER;
ALTER TABLE customers ADD COLUMN max_verified INTEGER NOT NULL DEFAULT 0 CHECK (max_verified IN (0, 1));
ALTER TABLE customers ADD COLUMN max_blocked INTEGER NOT NULL DEFAULT 0 CHECK (max_blocked IN (0, 1));
ALTER TABLE customers ADD COLUMN max_language TEXT NOT NULL DEFAULT 'ru' CHECK (max_language IN ('ru', 'en'));
-- The messenger in which the customer wrote or pressed a button last.
ALTER TABLE customers ADD COLUMN heard_on TEXT CHECK (heard_on IN ('TELEGRAM', 'MAX'));
CREATE INDEX customers_max ON customers (max_id) WHERE max_id IS NOT NULL;
DROP TRIGGER changes_customer_update;
CREATE TRIGGER changes_customer_update
AFTER UPDATE OF phone, phone_e164, name, telegram_id, telegram_verified, telegram_blocked, telegram_language,
    max_id, max_verified, max_blocked, max_language, second_phone, email, company, tax_number, note, updated_at ON customers
BEGIN
    INSERT INTO changes_stale (kind, subject_id, deleted, at) VALUES ('CUSTOMER', new.id, 0, new.updated_at)
    ON CONFLICT DO UPDATE SET deleted = 0, at = max(at, excluded.at);
END;

-- Answers from more channels. The migration runs without foreign keys, so that no row of another table goes with these.
CREATE TABLE comments_new (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    task_id     INTEGER NOT NULL REFERENCES tasks (id) ON DELETE CASCADE,
    kind        TEXT    NOT NULL CHECK (kind IN ('INTERNAL', 'TO_CUSTOMER', 'FROM_CUSTOMER')),
    employee_id INTEGER REFERENCES employees (id),
    customer_id INTEGER REFERENCES customers (id) ON DELETE SET NULL,
    -- The channel by which the customer said it. Which there are, the program knows.
    channel     TEXT,
    text        TEXT    NOT NULL,
    at          INTEGER NOT NULL,
    -- Since when, and thanks to whom, what a customer said waits for no answer any more.
    settled_at  INTEGER,
    settled_by  INTEGER REFERENCES employees (id),
    CHECK ((kind = 'FROM_CUSTOMER') = (channel IS NOT NULL)),
    CHECK (kind = 'FROM_CUSTOMER' OR settled_at IS NULL)
) STRICT;
INSERT INTO comments_new (id, task_id, kind, employee_id, customer_id, channel, text, at, settled_at, settled_by)
SELECT id, task_id, kind, employee_id, customer_id, channel, text, at, settled_at, settled_by FROM comments ORDER BY id;

CREATE TABLE approvals_new (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    task_id      INTEGER NOT NULL REFERENCES tasks (id) ON DELETE CASCADE,
    employee_id  INTEGER REFERENCES employees (id),
    price        INTEGER NOT NULL CHECK (price >= 0),
    text         TEXT    NOT NULL,
    -- The version that the task had with this price.
    task_version INTEGER NOT NULL,
    asked_at     INTEGER NOT NULL,
    state        TEXT    NOT NULL CHECK (state IN ('ASKED', 'AGREED', 'DECLINED', 'WITHDRAWN')),
    decided_at   INTEGER,
    channel      TEXT,
    customer_id  INTEGER REFERENCES customers (id) ON DELETE SET NULL,
    unsettled    INTEGER NOT NULL DEFAULT 0 CHECK (unsettled IN (0, 1)),
    -- The discount of the whole task in this price.
    discount     INTEGER NOT NULL DEFAULT 0 CHECK (discount >= 0),
    unnoticed    INTEGER NOT NULL DEFAULT 0 CHECK (unnoticed IN (0, 1)),
    CHECK ((state = 'ASKED') = (decided_at IS NULL)),
    CHECK ((state IN ('AGREED', 'DECLINED')) = (channel IS NOT NULL))
) STRICT;
INSERT INTO approvals_new (id, task_id, employee_id, price, text, task_version, asked_at, state, decided_at, channel, customer_id,
    unsettled, discount, unnoticed)
SELECT id, task_id, employee_id, price, text, task_version, asked_at, state, decided_at, channel, customer_id,
    unsettled, discount, unnoticed FROM approvals ORDER BY id;

-- Messages to persons: the channel is chosen when one is sent.
CREATE TABLE outbox_new (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    -- Whose messages keep their order: 'C' with the number of a customer's card, or 'TELEGRAM' or 'MAX' with that of a
    -- chat without one.
    person      TEXT    NOT NULL,
    -- By which it is to go, or went.
    channel     TEXT    NOT NULL CHECK (channel IN ('TELEGRAM', 'MAX', 'SMS', 'EMAIL')),
    -- The chat of a reply or of news for an employee, and that of a notice once it was chosen.
    chat_id     INTEGER,
    -- The channels that refused it for good, separated by spaces.
    refused_by  TEXT    NOT NULL DEFAULT '',
    kind        TEXT    NOT NULL
                CHECK (kind IN ('STATUS_CHANGED', 'COMMENT', 'APPROVAL', 'REMINDER', 'REPLY', 'STAFF_NEWS')),
    customer_id INTEGER REFERENCES customers (id) ON DELETE CASCADE,
    task_id     INTEGER REFERENCES tasks (id) ON DELETE CASCADE,
    from_status TEXT,
    to_status   TEXT,
    from_stage  INTEGER,
    to_stage    INTEGER,
    comment_id  INTEGER REFERENCES comments (id) ON DELETE CASCADE,
    approval_id INTEGER REFERENCES approvals (id) ON DELETE CASCADE,
    -- A reply, or news for an employee, as JSON.
    reply       TEXT,
    state       TEXT    NOT NULL DEFAULT 'WAITING' CHECK (state IN ('WAITING', 'SENDING', 'DELIVERED', 'DEAD')),
    maybe_seen  INTEGER NOT NULL DEFAULT 0 CHECK (maybe_seen IN (0, 1)),
    attempts    INTEGER NOT NULL DEFAULT 0,
    created_at  INTEGER NOT NULL,
    due_at      INTEGER NOT NULL,
    try_at      INTEGER NOT NULL,
    -- When due_at and try_at were last computed, by the wall clock of that moment, and null where that was when the row was made. One
    -- that lies ahead means that the clock has been set back since.
    reckoned_at INTEGER,
    settled_at  INTEGER,
    reason      TEXT    CHECK (reason IN ('BLOCKED', 'REFUSED', 'EXPIRED')),
    detail      TEXT,
    -- The task on whose page staff see that a reply was given up. It is found when that happens.
    answer_of   INTEGER REFERENCES tasks (id) ON DELETE CASCADE,
    unnoticed   INTEGER NOT NULL DEFAULT 0 CHECK (unnoticed IN (0, 1)),
    -- What it cost, in minor units of the shop's currency.
    cost        INTEGER,
    -- Its number at a gateway that tells later whether it arrived, and what was told.
    external_id TEXT,
    arrival     TEXT    CHECK (arrival IN ('PENDING', 'ARRIVED')),
    CHECK ((kind IN ('REPLY', 'STAFF_NEWS')) = (reply IS NOT NULL)),
    CHECK ((kind IN ('REPLY', 'STAFF_NEWS')) = (task_id IS NULL)),
    CHECK (kind NOT IN ('REPLY', 'STAFF_NEWS') OR chat_id IS NOT NULL),
    CHECK ((kind = 'STATUS_CHANGED') = (from_status IS NOT NULL AND to_status IS NOT NULL)),
    CHECK ((kind = 'COMMENT') = (comment_id IS NOT NULL)),
    CHECK ((kind = 'APPROVAL') = (approval_id IS NOT NULL))
) STRICT;
INSERT INTO outbox_new (id, person, channel, chat_id, kind, customer_id, task_id, from_status, to_status, from_stage, to_stage,
    comment_id, approval_id, reply, state, maybe_seen, attempts, created_at, due_at, try_at, reckoned_at, settled_at, reason,
    detail, answer_of, unnoticed)
SELECT id, coalesce('C' || (SELECT min(c.id) FROM customers AS c WHERE c.telegram_id = o.chat_id), 'TELEGRAM' || o.chat_id),
    'TELEGRAM', chat_id, kind, customer_id, task_id, from_status, to_status, from_stage, to_stage, comment_id, approval_id,
    -- Messages are named by texts now.
    iif(kind = 'REPLY' AND json_valid(reply) AND json_type(reply, '$.edits') = 'integer',
        json_set(reply, '$.edits', CAST(json_extract(reply, '$.edits') AS TEXT)), reply),
    state, maybe_seen, attempts, created_at, due_at, try_at, reckoned_at, settled_at, reason, detail, answer_of, unnoticed
FROM outbox AS o ORDER BY id;

DELETE FROM sqlite_sequence WHERE name IN ('comments_new', 'approvals_new', 'outbox_new');
UPDATE sqlite_sequence SET name = name || '_new' WHERE name IN ('comments', 'approvals', 'outbox');
DROP TABLE outbox;
DROP TABLE approvals;
DROP TABLE comments;
ALTER TABLE comments_new RENAME TO comments;
ALTER TABLE approvals_new RENAME TO approvals;
ALTER TABLE outbox_new RENAME TO outbox;
CREATE INDEX comments_customer ON comments (customer_id) WHERE customer_id IS NOT NULL;
CREATE INDEX comments_open ON comments (task_id) WHERE kind = 'FROM_CUSTOMER' AND settled_at IS NULL;
CREATE INDEX comments_task ON comments (task_id);
CREATE UNIQUE INDEX approvals_asked ON approvals (task_id) WHERE state = 'ASKED';
CREATE INDEX approvals_customer ON approvals (customer_id) WHERE customer_id IS NOT NULL;
CREATE INDEX approvals_task ON approvals (task_id);
CREATE INDEX approvals_unnoticed ON approvals (task_id) WHERE unnoticed = 1;
CREATE INDEX approvals_unsettled ON approvals (task_id) WHERE unsettled = 1;
CREATE INDEX outbox_answer_of ON outbox (answer_of) WHERE answer_of IS NOT NULL;
CREATE INDEX outbox_approval ON outbox (approval_id) WHERE approval_id IS NOT NULL;
CREATE INDEX outbox_arriving ON outbox (external_id) WHERE arrival = 'PENDING';
CREATE INDEX outbox_comment ON outbox (comment_id) WHERE comment_id IS NOT NULL;
CREATE INDEX outbox_customer ON outbox (customer_id) WHERE customer_id IS NOT NULL;
CREATE INDEX outbox_dead ON outbox (id) WHERE state = 'DEAD';
CREATE INDEX outbox_open ON outbox (due_at, id) WHERE state IN ('WAITING', 'SENDING');
CREATE INDEX outbox_open_channel ON outbox (channel, due_at, id) WHERE state IN ('WAITING', 'SENDING');
CREATE INDEX outbox_open_chat ON outbox (chat_id, due_at, id) WHERE state IN ('WAITING', 'SENDING');
CREATE INDEX outbox_open_person ON outbox (person, due_at, id) WHERE state IN ('WAITING', 'SENDING');
CREATE INDEX outbox_task ON outbox (task_id) WHERE task_id IS NOT NULL;
CREATE INDEX outbox_unnoticed ON outbox (coalesce(task_id, answer_of)) WHERE unnoticed = 1;

-- What each message of a chat refers to, whatever the messenger.
CREATE TABLE telegram_messages_new (
    messenger  TEXT    NOT NULL CHECK (messenger IN ('TELEGRAM', 'MAX')),
    chat_id    INTEGER NOT NULL,
    message    TEXT    NOT NULL,
    -- The task of a message of ours.
    task_id    INTEGER REFERENCES tasks (id) ON DELETE CASCADE,
    -- What the customer said by it, wherever that was moved since.
    comment_id INTEGER REFERENCES comments (id) ON DELETE CASCADE,
    -- The album that it is a part of.
    album      TEXT,
    -- Whether there were words with it.
    has_words  INTEGER NOT NULL DEFAULT 0 CHECK (has_words IN (0, 1)),
    at         INTEGER NOT NULL,
    PRIMARY KEY (messenger, chat_id, message)
) WITHOUT ROWID, STRICT;
INSERT INTO telegram_messages_new (messenger, chat_id, message, task_id, comment_id, album, has_words, at)
SELECT 'TELEGRAM', chat_id, CAST(message_id AS TEXT), task_id, comment_id, album, has_words, at FROM telegram_messages;
DROP TABLE telegram_messages;
ALTER TABLE telegram_messages_new RENAME TO telegram_messages;
ALTER TABLE telegram_messages RENAME TO chat_messages;
CREATE INDEX chat_messages_album ON chat_messages (messenger, chat_id, album) WHERE album IS NOT NULL;
CREATE INDEX chat_messages_comment ON chat_messages (comment_id) WHERE comment_id IS NOT NULL;
CREATE INDEX chat_messages_idle ON chat_messages (at) WHERE task_id IS NULL AND comment_id IS NULL;
CREATE INDEX chat_messages_task ON chat_messages (task_id) WHERE task_id IS NOT NULL;

-- The updates of messengers that were processed.
CREATE TABLE telegram_updates_new (
    messenger   TEXT    NOT NULL CHECK (messenger IN ('TELEGRAM', 'MAX')),
    key         TEXT    NOT NULL,
    received_at INTEGER NOT NULL,
    PRIMARY KEY (messenger, key)
) STRICT;
INSERT INTO telegram_updates_new (messenger, key, received_at)
SELECT 'TELEGRAM', CAST(update_id AS TEXT), received_at FROM telegram_updates;
DROP TABLE telegram_updates;
ALTER TABLE telegram_updates_new RENAME TO telegram_updates;
ALTER TABLE telegram_updates RENAME TO messenger_updates;
CREATE INDEX messenger_updates_received ON messenger_updates (received_at);

-- The file at the messenger.
ALTER TABLE photos RENAME COLUMN telegram_file TO remote_file;
ALTER TABLE photos RENAME COLUMN telegram_unique TO remote_unique;
ALTER TABLE photos ADD COLUMN messenger TEXT NOT NULL DEFAULT 'TELEGRAM' CHECK (messenger IN ('TELEGRAM', 'MAX'));
