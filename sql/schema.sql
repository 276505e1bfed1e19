-- The schema in force: what the migrations V1 and on make of an empty file. It is for reading; the program runs
-- the migrations alone. `ZAYAVKA_WRITE_SCHEMA=1 cargo test --test it -- store::the_schema` writes it anew.

CREATE TABLE approval_lines (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    approval_id INTEGER NOT NULL REFERENCES approvals (id) ON DELETE CASCADE,
    -- The line may be gone since.
    line_id     INTEGER NOT NULL,
    kind        TEXT    NOT NULL CHECK (kind IN ('WORK', 'PART')),
    name        TEXT    NOT NULL,
    quantity    INTEGER NOT NULL CHECK (quantity > 0),
    unit_price  INTEGER NOT NULL CHECK (unit_price >= 0),
    discount    INTEGER NOT NULL CHECK (discount >= 0),
    sum         INTEGER NOT NULL CHECK (sum >= 0)
) STRICT;
CREATE INDEX approval_lines_approval ON approval_lines (approval_id);

CREATE TABLE "approvals" (
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
CREATE UNIQUE INDEX approvals_asked ON approvals (task_id) WHERE state = 'ASKED';
CREATE INDEX approvals_customer ON approvals (customer_id) WHERE customer_id IS NOT NULL;
CREATE INDEX approvals_task ON approvals (task_id);
CREATE INDEX approvals_unnoticed ON approvals (task_id) WHERE unnoticed = 1;
CREATE INDEX approvals_unsettled ON approvals (task_id) WHERE unsettled = 1;

CREATE TABLE audit_events (
    id          INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    happened_at INTEGER NOT NULL,
    employee_id INTEGER REFERENCES employees (id) ON DELETE SET NULL,
    action      TEXT    NOT NULL,
    -- The key of a setting.
    subject     TEXT    NOT NULL,
    -- NULL where there was or is no value.
    old_value   TEXT,
    new_value   TEXT
) STRICT;
CREATE TRIGGER audit_events_no_delete BEFORE DELETE ON audit_events
BEGIN
    SELECT RAISE(ABORT, 'audit events are append-only');
END;
CREATE TRIGGER audit_events_no_update BEFORE UPDATE OF id, happened_at, action, subject, old_value, new_value ON audit_events
BEGIN
    SELECT RAISE(ABORT, 'audit events are append-only');
END;

CREATE TABLE catalogue_items (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    kind          TEXT    NOT NULL CHECK (kind IN ('WORK', 'PART')),
    name          TEXT    NOT NULL,
    article       TEXT    NOT NULL DEFAULT '',
    -- Identifies the article in any spelling.
    article_key   TEXT    NOT NULL DEFAULT '',
    barcode       TEXT    NOT NULL DEFAULT '',
    price         INTEGER NOT NULL CHECK (price >= 0),
    cost          INTEGER CHECK (cost >= 0),
    warranty_days INTEGER CHECK (warranty_days > 0),
    archived      INTEGER NOT NULL DEFAULT 0 CHECK (archived IN (0, 1)),
    -- Folded name, article and barcode, for the search.
    search_key    TEXT    NOT NULL
) STRICT;
CREATE UNIQUE INDEX catalogue_items_article ON catalogue_items (article_key) WHERE article_key <> '';
CREATE INDEX catalogue_items_barcode ON catalogue_items (barcode) WHERE barcode <> '';
CREATE TRIGGER task_search_article AFTER UPDATE OF article ON catalogue_items
WHEN new.article <> old.article
BEGIN
    INSERT INTO task_search_stale (task_id)
    SELECT task_id FROM task_lines WHERE item_id = new.id ON CONFLICT DO NOTHING;
END;

CREATE TABLE change_eras (
    last_seq   INTEGER NOT NULL PRIMARY KEY,
    started_at INTEGER NOT NULL,
    -- Part of each reader's cursor, and another one in another database.
    mark       BLOB    NOT NULL DEFAULT (randomblob(8))
) STRICT;

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

CREATE TABLE changes_stale (
    kind       TEXT    NOT NULL,
    subject_id INTEGER NOT NULL,
    deleted    INTEGER NOT NULL,
    at         INTEGER NOT NULL,
    PRIMARY KEY (kind, subject_id)
) WITHOUT ROWID, STRICT;

CREATE TABLE "chat_messages" (
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
CREATE INDEX chat_messages_album ON chat_messages (messenger, chat_id, album) WHERE album IS NOT NULL;
CREATE INDEX chat_messages_comment ON chat_messages (comment_id) WHERE comment_id IS NOT NULL;
CREATE INDEX chat_messages_idle ON chat_messages (at) WHERE task_id IS NULL AND comment_id IS NULL;
CREATE INDEX chat_messages_task ON chat_messages (task_id) WHERE task_id IS NOT NULL;

CREATE TABLE "comments" (
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
CREATE INDEX comments_customer ON comments (customer_id) WHERE customer_id IS NOT NULL;
CREATE INDEX comments_open ON comments (task_id) WHERE kind = 'FROM_CUSTOMER' AND settled_at IS NULL;
CREATE INDEX comments_task ON comments (task_id);

CREATE TABLE customer_merges (
    id          INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    kept_id     INTEGER NOT NULL REFERENCES customers (id) ON DELETE CASCADE,
    merged_at   INTEGER NOT NULL,
    -- The card that is gone, the numbers of its rows, and the kept card before and after: JSON.
    snapshot    TEXT    NOT NULL
) STRICT;
CREATE INDEX customer_merges_kept ON customer_merges (kept_id);

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
, second_phone TEXT, second_phone_key TEXT NOT NULL DEFAULT '', email TEXT, company TEXT, company_key TEXT NOT NULL DEFAULT '', tax_number TEXT, note TEXT, max_id INTEGER, max_verified INTEGER NOT NULL DEFAULT 0 CHECK (max_verified IN (0, 1)), max_blocked INTEGER NOT NULL DEFAULT 0 CHECK (max_blocked IN (0, 1)), max_language TEXT NOT NULL DEFAULT 'ru' CHECK (max_language IN ('ru', 'en')), heard_on TEXT CHECK (heard_on IN ('TELEGRAM', 'MAX'))) STRICT;
CREATE INDEX customers_max ON customers (max_id) WHERE max_id IS NOT NULL;
CREATE INDEX customers_telegram ON customers (telegram_id) WHERE telegram_id IS NOT NULL;
CREATE TRIGGER changes_customer_delete AFTER DELETE ON customers
BEGIN
    INSERT INTO changes_stale (kind, subject_id, deleted, at) VALUES ('CUSTOMER', old.id, 1, old.updated_at)
    ON CONFLICT DO UPDATE SET deleted = 1;
END;
CREATE TRIGGER changes_customer_insert AFTER INSERT ON customers
BEGIN
    INSERT INTO changes_stale (kind, subject_id, deleted, at) VALUES ('CUSTOMER', new.id, 0, new.updated_at)
    ON CONFLICT DO UPDATE SET deleted = 0, at = max(at, excluded.at);
END;
CREATE TRIGGER changes_customer_update
AFTER UPDATE OF phone, phone_e164, name, telegram_id, telegram_verified, telegram_blocked, telegram_language,
    max_id, max_verified, max_blocked, max_language, second_phone, email, company, tax_number, note, updated_at ON customers
BEGIN
    INSERT INTO changes_stale (kind, subject_id, deleted, at) VALUES ('CUSTOMER', new.id, 0, new.updated_at)
    ON CONFLICT DO UPDATE SET deleted = 0, at = max(at, excluded.at);
END;
CREATE TRIGGER phone_ends_after_update AFTER UPDATE OF phone_e164, second_phone_key ON customers
BEGIN
    INSERT INTO phone_ends (digits, customer_id)
    SELECT digits, customer_id FROM ends_of_phones WHERE customer_id = new.id;
END;
CREATE TRIGGER phone_ends_before_update BEFORE UPDATE OF phone_e164, second_phone_key ON customers
BEGIN
    DELETE FROM phone_ends WHERE (digits, customer_id) IN (
        SELECT digits, customer_id FROM ends_of_phones WHERE customer_id = old.id);
END;
CREATE TRIGGER phone_ends_delete BEFORE DELETE ON customers
BEGIN
    DELETE FROM phone_ends WHERE (digits, customer_id) IN (
        SELECT digits, customer_id FROM ends_of_phones WHERE customer_id = old.id);
END;
CREATE TRIGGER phone_ends_insert AFTER INSERT ON customers
BEGIN
    INSERT INTO phone_ends (digits, customer_id)
    SELECT digits, customer_id FROM ends_of_phones WHERE customer_id = new.id;
END;
CREATE TRIGGER task_search_customer AFTER UPDATE OF name ON customers
WHEN new.name IS NOT old.name
BEGIN
    INSERT INTO task_search_stale (task_id)
    SELECT id FROM tasks WHERE customer_id = new.id ON CONFLICT DO NOTHING;
END;

CREATE TABLE drawers (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    -- Empty for the default name in the reader's language.
    name     TEXT    NOT NULL,
    -- Identifies the name in any spelling.
    name_key TEXT    NOT NULL UNIQUE
) STRICT;

CREATE TABLE email_stops (
    id         INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    address    BLOB    NOT NULL UNIQUE,
    stopped_at INTEGER NOT NULL
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
, language TEXT CHECK (language IN ('ru', 'en')), telegram_id INTEGER, morning_time TEXT, name TEXT NOT NULL DEFAULT '', colour TEXT NOT NULL DEFAULT ''
    CHECK (colour IN ('', 'GREY', 'BLUE', 'GREEN', 'ORANGE', 'RED', 'VIOLET', 'TEAL', 'PINK')), max_id INTEGER) STRICT;
CREATE UNIQUE INDEX employees_max ON employees (max_id) WHERE max_id IS NOT NULL;
CREATE UNIQUE INDEX employees_telegram ON employees (telegram_id) WHERE telegram_id IS NOT NULL;

CREATE TABLE ended_sessions (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    session    BLOB    NOT NULL UNIQUE,
    expires_at INTEGER NOT NULL
) STRICT;

CREATE TABLE first_day (
    step    TEXT    NOT NULL PRIMARY KEY,
    done_at INTEGER NOT NULL
) STRICT;

CREATE TABLE form_posts (
    digest    BLOB    PRIMARY KEY,
    -- The number of what it made.
    made      INTEGER NOT NULL,
    posted_at INTEGER NOT NULL
) STRICT;
CREATE INDEX form_posts_posted ON form_posts (posted_at);

CREATE TABLE handovers (
    task_id INTEGER NOT NULL PRIMARY KEY REFERENCES tasks (id) ON DELETE CASCADE,
    at      INTEGER NOT NULL,
    -- works + parts - discount
    total   INTEGER NOT NULL CHECK (total >= 0),
    works   INTEGER NOT NULL CHECK (works >= 0),
    parts   INTEGER NOT NULL CHECK (parts >= 0),
    cost    INTEGER NOT NULL CHECK (cost >= 0),
    -- The sum of the task's payments, which the trigger below maintains.
    paid    INTEGER NOT NULL
) STRICT;
CREATE INDEX handovers_at ON handovers (at, total, works, parts, cost, paid);
CREATE INDEX handovers_debts ON handovers (at, task_id, total, paid) WHERE total > paid;

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

CREATE TABLE imports (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    source  TEXT    NOT NULL,
    -- The number that it has there, or for a row without one a hash of all that it says.
    number  TEXT    NOT NULL,
    task_id INTEGER NOT NULL REFERENCES tasks (id) ON DELETE CASCADE,
    UNIQUE (source, number)
) STRICT;
CREATE INDEX imports_task ON imports (task_id);

CREATE TABLE incidents (
    kind   TEXT    NOT NULL PRIMARY KEY,
    at     INTEGER NOT NULL,
    -- How much of it there was, in the unit of its kind.
    amount INTEGER NOT NULL
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

CREATE TABLE logo (
    id         INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    mime       TEXT    NOT NULL CHECK (mime IN ('image/png', 'image/jpeg', 'image/webp')),
    image      BLOB    NOT NULL,
    changed_at INTEGER NOT NULL
) STRICT;

CREATE TABLE message_texts (
    id       INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    purpose  TEXT    NOT NULL CHECK (purpose IN ('STATUS', 'COMMENT', 'QUOTE', 'REMINDER')),
    stage_id INTEGER REFERENCES stages (id) ON DELETE CASCADE,
    language TEXT    NOT NULL CHECK (language IN ('ru', 'en')),
    form     TEXT    NOT NULL CHECK (form IN ('FULL', 'SHORT')),
    text     TEXT    NOT NULL,
    CHECK ((purpose = 'STATUS') = (stage_id IS NOT NULL))
) STRICT;
CREATE UNIQUE INDEX message_texts_purpose ON message_texts (purpose, language, form) WHERE stage_id IS NULL;
CREATE UNIQUE INDEX message_texts_stage ON message_texts (stage_id, language, form) WHERE stage_id IS NOT NULL;

CREATE TABLE "messenger_updates" (
    messenger   TEXT    NOT NULL CHECK (messenger IN ('TELEGRAM', 'MAX')),
    key         TEXT    NOT NULL,
    received_at INTEGER NOT NULL,
    PRIMARY KEY (messenger, key)
) STRICT;
CREATE INDEX messenger_updates_received ON messenger_updates (received_at);

CREATE TABLE morning_lists (
    employee_id INTEGER NOT NULL REFERENCES employees (id) ON DELETE CASCADE,
    day         TEXT    NOT NULL,
    at          INTEGER NOT NULL,
    PRIMARY KEY (employee_id, day)
) STRICT;

CREATE TABLE offsite_alarm (
    id      INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    told_at INTEGER NOT NULL
) STRICT;

CREATE TABLE offsite_attempts (
    id       INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    began_at INTEGER NOT NULL,
    ended_at INTEGER NOT NULL,
    -- The address, without user and password.
    place    TEXT    NOT NULL,
    -- The copy and its size, NULL where none was made.
    name     TEXT,
    bytes    INTEGER CHECK (bytes >= 0),
    -- Why none was made, and what names it.
    fault    TEXT,
    detail   TEXT    NOT NULL DEFAULT '',
    CHECK ((fault IS NULL) = (name IS NOT NULL)),
    CHECK ((name IS NULL) = (bytes IS NULL))
) STRICT;
CREATE INDEX offsite_attempts_good ON offsite_attempts (ended_at) WHERE fault IS NULL;

CREATE TABLE "outbox" (
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
    arrival     TEXT    CHECK (arrival IN ('PENDING', 'ARRIVED')), passed_on_at INTEGER,
    CHECK ((kind IN ('REPLY', 'STAFF_NEWS')) = (reply IS NOT NULL)),
    CHECK ((kind IN ('REPLY', 'STAFF_NEWS')) = (task_id IS NULL)),
    CHECK (kind NOT IN ('REPLY', 'STAFF_NEWS') OR chat_id IS NOT NULL),
    CHECK ((kind = 'STATUS_CHANGED') = (from_status IS NOT NULL AND to_status IS NOT NULL)),
    CHECK ((kind = 'COMMENT') = (comment_id IS NOT NULL)),
    CHECK ((kind = 'APPROVAL') = (approval_id IS NOT NULL))
) STRICT;
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
CREATE INDEX outbox_pending ON outbox (settled_at) WHERE arrival = 'PENDING';
CREATE INDEX outbox_sms ON outbox (settled_at) WHERE channel = 'SMS';
CREATE INDEX outbox_task ON outbox (task_id) WHERE task_id IS NOT NULL;
CREATE INDEX outbox_unnoticed ON outbox (coalesce(task_id, answer_of)) WHERE unnoticed = 1;

CREATE TABLE password_links (
    employee_id INTEGER NOT NULL PRIMARY KEY REFERENCES employees (id) ON DELETE CASCADE,
    token_hash  BLOB    NOT NULL UNIQUE,
    -- The owner who made it.
    created_by  INTEGER NOT NULL REFERENCES employees (id) ON DELETE CASCADE,
    expires_at  INTEGER NOT NULL
) STRICT;

CREATE TABLE payments (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    kind          TEXT    NOT NULL CHECK (kind IN ('PAYMENT', 'REFUND', 'CASH_IN', 'CASH_OUT', 'REVERSAL')),
    method        TEXT    NOT NULL CHECK (method IN ('CASH', 'CARD', 'TRANSFER', 'INSTANT', 'OTHER')),
    -- What the shop received, negative for what it gave.
    amount        INTEGER NOT NULL CHECK (amount <> 0),
    -- The task may be deleted since.
    task_id       INTEGER,
    employee_id   INTEGER REFERENCES employees (id),
    drawer_id     INTEGER REFERENCES drawers (id),
    shift_id      INTEGER REFERENCES shifts (id),
    -- The payment that a refund returns, or the row that a reversal corrects.
    refund_of     INTEGER REFERENCES payments (id),
    note          TEXT    NOT NULL DEFAULT '',
    fiscal_number TEXT    NOT NULL DEFAULT '',
    -- Made of the prepayment of an earlier version or of another program.
    carried_over  INTEGER NOT NULL DEFAULT 0 CHECK (carried_over IN (0, 1)),
    -- Chosen by the client, so that a repeated request pays once.
    request_key   TEXT    UNIQUE,
    at            INTEGER NOT NULL,
    CHECK (amount > 0 OR kind NOT IN ('PAYMENT', 'CASH_IN')),
    CHECK (amount < 0 OR kind NOT IN ('REFUND', 'CASH_OUT')),
    CHECK ((task_id IS NOT NULL) = (kind IN ('PAYMENT', 'REFUND')) OR kind = 'REVERSAL'),
    CHECK (kind NOT IN ('CASH_IN', 'CASH_OUT') OR method = 'CASH' AND drawer_id IS NOT NULL),
    CHECK ((refund_of IS NOT NULL) = (kind IN ('REFUND', 'REVERSAL')))
) STRICT;
CREATE INDEX payments_at ON payments (at, kind, method, amount);
CREATE INDEX payments_drawer ON payments (drawer_id, shift_id, method, amount) WHERE drawer_id IS NOT NULL;
CREATE INDEX payments_refund_of ON payments (refund_of) WHERE refund_of IS NOT NULL;
CREATE UNIQUE INDEX payments_reversal ON payments (refund_of) WHERE kind = 'REVERSAL';
CREATE INDEX payments_task ON payments (task_id, amount) WHERE task_id IS NOT NULL;
CREATE TRIGGER handovers_payments AFTER INSERT ON payments
WHEN new.task_id IS NOT NULL
BEGIN
    UPDATE handovers SET paid = paid + new.amount WHERE task_id = new.task_id;
END;
CREATE TRIGGER payments_append_only_delete
BEFORE DELETE ON payments
BEGIN
    SELECT raise(ABORT, 'the ledger of payments is append-only');
END;
CREATE TRIGGER payments_append_only_update
BEFORE UPDATE ON payments
WHEN new.note <> ''
    OR (new.id, new.kind, new.method, new.amount, new.task_id, new.employee_id, new.drawer_id, new.shift_id, new.refund_of,
        new.fiscal_number, new.carried_over, new.request_key, new.at)
    IS NOT (old.id, old.kind, old.method, old.amount, old.task_id, old.employee_id, old.drawer_id, old.shift_id, old.refund_of,
        old.fiscal_number, old.carried_over, old.request_key, old.at)
BEGIN
    SELECT raise(ABORT, 'the ledger of payments is append-only');
END;
CREATE TRIGGER task_sums_payments AFTER INSERT ON payments
WHEN new.task_id IS NOT NULL
BEGIN
    INSERT INTO task_sums_stale (task_id) VALUES (new.task_id) ON CONFLICT DO NOTHING;
END;

CREATE TABLE phone_ends (
    digits      TEXT    NOT NULL,
    customer_id INTEGER NOT NULL,
    PRIMARY KEY (digits, customer_id)
) WITHOUT ROWID, STRICT;

CREATE TABLE "photos" (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    comment_id      INTEGER NOT NULL REFERENCES comments (id) ON DELETE CASCADE,
    -- Which kinds there are, the program knows, so that a new one needs no new table.
    kind            TEXT    NOT NULL DEFAULT 'PHOTO',
    -- NOTED: there is only the note.
    state           TEXT    NOT NULL CHECK (state IN ('WAITING', 'HERE', 'LOST', 'NOTED')),
    -- The file at Telegram, and by what it is known to be the same, empty where there is none.
    remote_file   TEXT    NOT NULL,
    remote_unique TEXT    NOT NULL DEFAULT '',
    attempts        INTEGER NOT NULL DEFAULT 0,
    created_at      INTEGER NOT NULL,
    try_at          INTEGER NOT NULL,
    -- As the sender calls it, without what could mislead.
    file_name       TEXT    NOT NULL DEFAULT '',
    -- In bytes, as the sender says until it is here, and in seconds.
    size            INTEGER,
    duration        INTEGER,
    -- What a place, a contact or a question says.
    about           TEXT    NOT NULL DEFAULT '',
    -- By its content.
    mime            TEXT,
    -- Of a picture that browsers show.
    width           INTEGER,
    height          INTEGER,
    image           BLOB, messenger TEXT NOT NULL DEFAULT 'TELEGRAM' CHECK (messenger IN ('TELEGRAM', 'MAX')),
    CHECK ((state = 'HERE') = (image IS NOT NULL AND mime IS NOT NULL)),
    CHECK ((width IS NULL) = (height IS NULL)),
    CHECK (width IS NULL OR mime IN ('image/jpeg', 'image/png', 'image/webp', 'image/gif'))
) STRICT;
CREATE INDEX photos_comment ON photos (comment_id);
CREATE INDEX photos_waiting ON photos (try_at) WHERE state = 'WAITING';

CREATE TABLE refinery_schema_history(
             version int4 PRIMARY KEY,
             name VARCHAR(255),
             applied_on VARCHAR(255),
             checksum VARCHAR(255));

CREATE TABLE search_aliases (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    word    TEXT    NOT NULL,
    meaning TEXT    NOT NULL
) STRICT;

CREATE TABLE secrets (
    name  TEXT NOT NULL PRIMARY KEY,
    value BLOB NOT NULL
) STRICT;

CREATE TABLE settings (
    id          INTEGER NOT NULL PRIMARY KEY,
    key         TEXT    NOT NULL UNIQUE,
    value       TEXT    NOT NULL,
    changed_at  INTEGER NOT NULL,
    employee_id INTEGER REFERENCES employees (id) ON DELETE SET NULL
) STRICT;

CREATE TABLE shifts (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    drawer_id INTEGER NOT NULL REFERENCES drawers (id),
    opened_at INTEGER NOT NULL,
    opened_by INTEGER REFERENCES employees (id),
    opening   INTEGER NOT NULL CHECK (opening >= 0),
    closed_at INTEGER,
    closed_by INTEGER REFERENCES employees (id),
    closing   INTEGER CHECK (closing >= 0),
    reason    TEXT    NOT NULL DEFAULT '',
    CHECK ((closed_at IS NULL) = (closing IS NULL))
) STRICT;
CREATE INDEX shifts_closed ON shifts (closed_at) WHERE closed_at IS NOT NULL;
CREATE INDEX shifts_drawer ON shifts (drawer_id);
CREATE UNIQUE INDEX shifts_open ON shifts (drawer_id) WHERE closed_at IS NULL;

CREATE TABLE "staff_code_tries" (
    messenger TEXT    NOT NULL CHECK (messenger IN ('TELEGRAM', 'MAX')),
    chat_id   INTEGER NOT NULL,
    tries     INTEGER NOT NULL,
    until     INTEGER NOT NULL,
    PRIMARY KEY (messenger, chat_id)
) STRICT;

CREATE TABLE staff_codes (
    employee_id INTEGER NOT NULL PRIMARY KEY REFERENCES employees (id) ON DELETE CASCADE,
    code_hash   BLOB    NOT NULL UNIQUE,
    expires_at  INTEGER NOT NULL
) STRICT;

CREATE TABLE stages (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    status     TEXT    NOT NULL CHECK (status IN ('ACCEPTED', 'IN_PROGRESS', 'READY', 'CLOSED')),
    name       TEXT    NOT NULL,
    -- By what two spellings of one name are known to be the same.
    name_key   TEXT    NOT NULL UNIQUE,
    colour     TEXT    NOT NULL CHECK (colour IN ('GREY', 'BLUE', 'GREEN', 'ORANGE', 'RED', 'VIOLET', 'TEAL', 'PINK')),
    -- Its place among those of its status, from 1 on.
    position   INTEGER NOT NULL CHECK (position > 0),
    -- What the customer reads. Empty for the status's own words.
    wording    TEXT    NOT NULL,
    told       INTEGER NOT NULL CHECK (told IN (0, 1)),
    stuck_days INTEGER CHECK (stuck_days > 0)
) STRICT;
CREATE TRIGGER stages_status_update BEFORE UPDATE OF status ON stages
WHEN new.status <> old.status
BEGIN
    SELECT raise(ABORT, 'a stage stays in its status');
END;

CREATE TABLE stale_keys (
    since TEXT NOT NULL PRIMARY KEY
) STRICT;

CREATE TABLE status_links (
    task_id    INTEGER NOT NULL PRIMARY KEY REFERENCES tasks (id) ON DELETE CASCADE,
    generation INTEGER NOT NULL CHECK (generation > 0),
    token_hash BLOB    UNIQUE
) STRICT;

CREATE TABLE task_counts (
    status      TEXT    NOT NULL,
    category    TEXT    NOT NULL,
    employee_id INTEGER NOT NULL,
    tasks       INTEGER NOT NULL,
    PRIMARY KEY (status, category, employee_id)
) WITHOUT ROWID, STRICT;

CREATE TABLE task_details (
    task_id        INTEGER NOT NULL PRIMARY KEY REFERENCES tasks (id) ON DELETE CASCADE,
    kind           TEXT    NOT NULL,
    brand          TEXT    NOT NULL,
    model          TEXT    NOT NULL,
    serial         TEXT    NOT NULL,
    -- By what two spellings of one serial number are known to be the same.
    serial_key     TEXT    NOT NULL,
    accessories    TEXT    NOT NULL,
    appearance     TEXT    NOT NULL,
    place          TEXT    NOT NULL,
    estimate       INTEGER CHECK (estimate >= 0),
    price          INTEGER CHECK (price >= 0),
    warranty_until TEXT,
    warranty_of    INTEGER REFERENCES tasks (id) ON DELETE SET NULL
, brand_key TEXT NOT NULL DEFAULT '', discount INTEGER CHECK (discount >= 0), discount_percent INTEGER CHECK (discount_percent BETWEEN 0 AND 100000)) STRICT;
CREATE INDEX task_details_brand_key ON task_details (brand_key COLLATE NOCASE) WHERE brand_key <> '';
CREATE INDEX task_details_serial ON task_details (serial_key) WHERE serial_key <> '';
CREATE INDEX task_details_warranty_of ON task_details (warranty_of) WHERE warranty_of IS NOT NULL;
CREATE TRIGGER task_search_details_delete AFTER DELETE ON task_details
BEGIN
    INSERT INTO task_search_stale (task_id) VALUES (old.task_id) ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER task_search_details_insert AFTER INSERT ON task_details
BEGIN
    INSERT INTO task_search_stale (task_id) VALUES (new.task_id) ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER task_search_details_update
AFTER UPDATE OF kind, brand, model, serial, serial_key, accessories, appearance, place ON task_details
WHEN (new.kind, new.brand, new.model, new.serial, new.serial_key, new.accessories, new.appearance, new.place)
    IS NOT (old.kind, old.brand, old.model, old.serial, old.serial_key, old.accessories, old.appearance, old.place)
BEGIN
    INSERT INTO task_search_stale (task_id) VALUES (new.task_id) ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER task_sums_details_delete AFTER DELETE ON task_details
BEGIN
    INSERT INTO task_sums_stale (task_id) VALUES (old.task_id) ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER task_sums_details_insert AFTER INSERT ON task_details
WHEN new.price IS NOT NULL OR new.discount IS NOT NULL OR new.discount_percent IS NOT NULL
BEGIN
    INSERT INTO task_sums_stale (task_id) VALUES (new.task_id) ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER task_sums_details_update AFTER UPDATE OF price, discount, discount_percent ON task_details
WHEN (new.price, new.discount, new.discount_percent) IS NOT (old.price, old.discount, old.discount_percent)
BEGIN
    INSERT INTO task_sums_stale (task_id) VALUES (new.task_id) ON CONFLICT DO NOTHING;
END;

CREATE TABLE "task_events" (
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
CREATE INDEX task_events_customer ON task_events (customer_id) WHERE customer_id IS NOT NULL;
CREATE INDEX task_events_ready ON task_events (at) WHERE kind IN ('CREATED', 'STATUS') AND to_value = 'READY';
CREATE INDEX task_events_task ON task_events (task_id);
CREATE TRIGGER task_events_append_only_delete
BEFORE DELETE ON task_events
BEGIN
    SELECT raise(ABORT, 'the history of a task is append-only');
END;
CREATE TRIGGER task_events_append_only_update
BEFORE UPDATE OF id, task_id, kind, author, employee_id, from_value, to_value, at ON task_events
WHEN old.kind NOT IN ('DESCRIPTION', 'DEVICE', 'EDITED', 'LINE') OR new.from_value IS NOT NULL OR new.to_value IS NOT NULL
    OR (new.id, new.task_id, new.kind, new.author, new.employee_id, new.at)
        IS NOT (old.id, old.task_id, old.kind, old.author, old.employee_id, old.at)
BEGIN
    SELECT raise(ABORT, 'the history of a task is append-only');
END;

CREATE TABLE task_lines (
    id               INTEGER PRIMARY KEY AUTOINCREMENT,
    task_id          INTEGER NOT NULL REFERENCES tasks (id) ON DELETE CASCADE,
    -- From 1 on, without gaps.
    position         INTEGER NOT NULL CHECK (position > 0),
    kind             TEXT    NOT NULL CHECK (kind IN ('WORK', 'PART')),
    item_id          INTEGER REFERENCES catalogue_items (id),
    name             TEXT    NOT NULL,
    quantity         INTEGER NOT NULL CHECK (quantity > 0),
    unit_price       INTEGER NOT NULL CHECK (unit_price >= 0),
    -- A sum or a percentage of the line.
    discount         INTEGER NOT NULL DEFAULT 0 CHECK (discount >= 0),
    discount_percent INTEGER CHECK (discount_percent BETWEEN 0 AND 100000),
    -- Of one piece.
    cost             INTEGER CHECK (cost >= 0),
    done_by          INTEGER REFERENCES employees (id),
    warranty_days    INTEGER CHECK (warranty_days > 0),
    CHECK (discount = 0 OR discount_percent IS NULL)
) STRICT;
CREATE INDEX task_lines_item ON task_lines (item_id) WHERE item_id IS NOT NULL;
CREATE INDEX task_lines_task ON task_lines (task_id, position);
CREATE TRIGGER task_search_lines_delete AFTER DELETE ON task_lines
BEGIN
    INSERT INTO task_search_stale (task_id) VALUES (old.task_id) ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER task_search_lines_insert AFTER INSERT ON task_lines
BEGIN
    INSERT INTO task_search_stale (task_id) VALUES (new.task_id) ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER task_search_lines_update AFTER UPDATE OF name ON task_lines
WHEN new.name <> old.name
BEGIN
    INSERT INTO task_search_stale (task_id) VALUES (new.task_id) ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER task_sums_lines_delete AFTER DELETE ON task_lines
BEGIN
    INSERT INTO task_sums_stale (task_id) VALUES (old.task_id) ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER task_sums_lines_insert AFTER INSERT ON task_lines
BEGIN
    INSERT INTO task_sums_stale (task_id) VALUES (new.task_id) ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER task_sums_lines_update AFTER UPDATE OF quantity, unit_price, discount, discount_percent ON task_lines
WHEN (new.quantity, new.unit_price, new.discount, new.discount_percent)
    IS NOT (old.quantity, old.unit_price, old.discount, old.discount_percent)
BEGIN
    INSERT INTO task_sums_stale (task_id) VALUES (new.task_id) ON CONFLICT DO NOTHING;
END;

CREATE VIRTUAL TABLE task_search USING fts5 (description, name, device, digits, starts, tokenize = 'trigram');

CREATE TABLE task_search_stale (
    task_id INTEGER NOT NULL PRIMARY KEY
) STRICT;

CREATE TABLE task_sums (
    task_id INTEGER NOT NULL PRIMARY KEY REFERENCES tasks (id) ON DELETE CASCADE,
    is_open INTEGER NOT NULL CHECK (is_open IN (0, 1)),
    total   INTEGER NOT NULL DEFAULT 0 CHECK (total >= 0),
    owed    INTEGER NOT NULL DEFAULT 0 CHECK (owed >= 0)
) STRICT;
CREATE INDEX task_sums_owed ON task_sums (owed) WHERE owed > 0;
CREATE INDEX task_sums_owed_open ON task_sums (owed) WHERE owed > 0 AND is_open = 1;
CREATE INDEX task_sums_total ON task_sums (total);
CREATE INDEX task_sums_total_open ON task_sums (total) WHERE is_open = 1;

CREATE TABLE task_sums_stale (
    task_id INTEGER NOT NULL PRIMARY KEY
) STRICT;

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
, due_on TEXT, stage_id INTEGER REFERENCES stages (id), stage_since INTEGER, ready_at INTEGER, remind INTEGER NOT NULL DEFAULT 1 CHECK (remind IN (0, 1)), reminded INTEGER, listed_at INTEGER NOT NULL DEFAULT 0, touched_at INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE INDEX tasks_category ON tasks (category, created_at);
CREATE INDEX tasks_closed ON tasks (closed_at) WHERE closed_at IS NOT NULL;
CREATE INDEX tasks_created ON tasks (created_at);
CREATE INDEX tasks_customer ON tasks (customer_id, created_at);
CREATE INDEX tasks_due ON tasks (coalesce(due_on, '9999-12-31'));
CREATE INDEX tasks_employee ON tasks (employee_id, created_at);
CREATE INDEX tasks_listed ON tasks (listed_at);
CREATE INDEX tasks_listed_late ON tasks (listed_at - created_at) WHERE listed_at <> created_at;
CREATE INDEX tasks_open_due ON tasks (coalesce(due_on, '9999-12-31')) WHERE status <> 'CLOSED';
CREATE INDEX tasks_open_listed ON tasks (listed_at) WHERE status <> 'CLOSED';
CREATE INDEX tasks_open_stage ON tasks (stage_id, stage_since) WHERE status <> 'CLOSED';
CREATE INDEX tasks_open_touched ON tasks (touched_at) WHERE status <> 'CLOSED';
CREATE INDEX tasks_ready ON tasks (ready_at, employee_id, status) WHERE ready_at IS NOT NULL;
CREATE INDEX tasks_stage ON tasks (stage_id, created_at);
CREATE INDEX tasks_status ON tasks (status, created_at);
CREATE INDEX tasks_touched ON tasks (touched_at);
CREATE TRIGGER changes_task_delete AFTER DELETE ON tasks
BEGIN
    INSERT INTO changes_stale (kind, subject_id, deleted, at) VALUES ('TASK', old.id, 1, old.updated_at)
    ON CONFLICT DO UPDATE SET deleted = 1;
END;
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
CREATE TRIGGER task_counts_delete AFTER DELETE ON tasks
BEGIN
    UPDATE task_counts SET tasks = tasks - 1
    WHERE status = old.status AND category = old.category
        AND employee_id = coalesce(old.employee_id, 0);
END;
CREATE TRIGGER task_counts_insert AFTER INSERT ON tasks
BEGIN
    INSERT INTO task_counts (status, category, employee_id, tasks)
    VALUES (new.status, new.category, coalesce(new.employee_id, 0), 1)
    ON CONFLICT DO UPDATE SET tasks = tasks + 1;
END;
CREATE TRIGGER task_counts_update AFTER UPDATE OF status, category, employee_id ON tasks
WHEN (new.status, new.category) IS NOT (old.status, old.category)
    OR new.employee_id IS NOT old.employee_id
BEGIN
    UPDATE task_counts SET tasks = tasks - 1
    WHERE status = old.status AND category = old.category
        AND employee_id = coalesce(old.employee_id, 0);
    INSERT INTO task_counts (status, category, employee_id, tasks)
    VALUES (new.status, new.category, coalesce(new.employee_id, 0), 1)
    ON CONFLICT DO UPDATE SET tasks = tasks + 1;
END;
CREATE TRIGGER task_search_delete AFTER DELETE ON tasks
BEGIN
    INSERT INTO task_search_stale (task_id) VALUES (old.id) ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER task_search_insert AFTER INSERT ON tasks
BEGIN
    INSERT INTO task_search_stale (task_id) VALUES (new.id) ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER task_search_update AFTER UPDATE OF description, customer_id ON tasks
WHEN new.description IS NOT old.description OR new.customer_id IS NOT old.customer_id
BEGIN
    INSERT INTO task_search_stale (task_id) VALUES (new.id) ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER task_sums_task_insert AFTER INSERT ON tasks
BEGIN
    INSERT INTO task_sums (task_id, is_open) VALUES (new.id, new.status <> 'CLOSED');
END;
CREATE TRIGGER task_sums_task_update AFTER UPDATE OF status ON tasks
WHEN (new.status = 'CLOSED') <> (old.status = 'CLOSED')
BEGIN
    UPDATE task_sums SET is_open = new.status <> 'CLOSED' WHERE task_id = new.id;
END;
CREATE TRIGGER tasks_order_insert AFTER INSERT ON tasks WHEN new.listed_at = 0 OR new.touched_at = 0
BEGIN
    UPDATE tasks SET listed_at = iif(listed_at = 0, created_at, listed_at),
        touched_at = iif(touched_at = 0, updated_at, touched_at)
    WHERE id = new.id;
END;
CREATE TRIGGER tasks_stage_insert BEFORE INSERT ON tasks
WHEN new.stage_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM stages WHERE id = new.stage_id AND status = new.status)
BEGIN
    SELECT raise(ABORT, 'a task is in a stage of its status');
END;
CREATE TRIGGER tasks_stage_none AFTER INSERT ON tasks
WHEN new.stage_id IS NULL
BEGIN
    UPDATE tasks SET stage_id = (SELECT id FROM stages WHERE status = new.status ORDER BY position LIMIT 1),
        stage_since = new.created_at
    WHERE id = new.id;
END;
CREATE TRIGGER tasks_stage_update BEFORE UPDATE OF status, stage_id ON tasks
WHEN NOT EXISTS (SELECT 1 FROM stages WHERE id = new.stage_id AND status = new.status)
BEGIN
    SELECT raise(ABORT, 'a task is in a stage of its status');
END;

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
, tried_at INTEGER, status INTEGER, duration_ms INTEGER) STRICT;
CREATE INDEX webhook_deliveries_open ON webhook_deliveries (webhook_id, id) WHERE state IN ('WAITING', 'SENDING');
CREATE INDEX webhook_deliveries_settled ON webhook_deliveries (state, settled_at) WHERE settled_at IS NOT NULL;
CREATE INDEX webhook_deliveries_webhook ON webhook_deliveries (webhook_id, id);

CREATE TABLE webhooks (
    id     INTEGER PRIMARY KEY AUTOINCREMENT,
    url    TEXT    NOT NULL UNIQUE,
    -- A JSON list of the events that it wants.
    events TEXT    NOT NULL
, name TEXT NOT NULL DEFAULT '', source TEXT NOT NULL DEFAULT 'FILE' CHECK (source IN ('FILE', 'OWNER')), created_at INTEGER, paused_at INTEGER, rotated_at INTEGER, failing_since INTEGER, dropped INTEGER NOT NULL DEFAULT 0) STRICT;

CREATE VIEW ends_of_phones (digits, customer_id) AS
SELECT substr(c.phone_e164, start.value), c.id
FROM customers AS c
JOIN json_each('[2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14]') AS start
    ON start.value <= length(c.phone_e164) - 2
UNION
SELECT substr(c.second_phone_key, start.value), c.id
FROM customers AS c
JOIN json_each('[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]') AS start
    ON start.value <= length(c.second_phone_key) - 2;

CREATE VIEW texts_of_tasks (id, description, name, device) AS
SELECT t.id, t.description, coalesce(c.name, ''),
    coalesce(d.kind || ' ' || d.brand || ' ' || d.model || ' ' || d.serial || ' ' || d.serial_key
        || ' ' || d.accessories || ' ' || d.appearance || ' ' || d.place, '')
    || coalesce((SELECT ' ' || group_concat(l.name || coalesce(' ' || i.article, ''), ' ')
        FROM task_lines AS l LEFT JOIN catalogue_items AS i ON i.id = l.item_id WHERE l.task_id = t.id), '')
FROM tasks AS t
LEFT JOIN customers AS c ON c.id = t.customer_id
LEFT JOIN task_details AS d ON d.task_id = t.id;
