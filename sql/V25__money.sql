-- The catalogue of works and parts, the lines of tasks, and the ledger of payments. Sums are in the smallest unit of the shop's
-- currency, quantities and percents in thousandths.
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
CREATE INDEX task_lines_task ON task_lines (task_id, position);
CREATE INDEX task_lines_item ON task_lines (item_id) WHERE item_id IS NOT NULL;

-- The discount of a whole task: a sum, or a percentage of its lines.
ALTER TABLE task_details ADD COLUMN discount INTEGER CHECK (discount >= 0);
ALTER TABLE task_details ADD COLUMN discount_percent INTEGER CHECK (discount_percent BETWEEN 0 AND 100000);

-- An agreement may come by phone. Approvals are referred to by the outbox, so that both are copied.
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
    channel      TEXT    CHECK (channel IN ('TELEGRAM', 'PAGE', 'PHONE')),
    customer_id  INTEGER REFERENCES customers (id) ON DELETE SET NULL,
    unsettled    INTEGER NOT NULL DEFAULT 0 CHECK (unsettled IN (0, 1)),
    -- The discount of the whole task in this price.
    discount     INTEGER NOT NULL DEFAULT 0 CHECK (discount >= 0),
    CHECK ((state = 'ASKED') = (decided_at IS NULL)),
    CHECK ((state IN ('AGREED', 'DECLINED')) = (channel IS NOT NULL))
) STRICT;
INSERT INTO approvals_new (id, task_id, employee_id, price, text, task_version, asked_at, state, decided_at, channel, customer_id,
    unsettled)
SELECT id, task_id, employee_id, price, text, task_version, asked_at, state, decided_at, channel, customer_id, unsettled
FROM approvals ORDER BY id;
CREATE TABLE outbox_new (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    chat_id     INTEGER NOT NULL,
    kind        TEXT    NOT NULL
                CHECK (kind IN ('STATUS_CHANGED', 'COMMENT', 'APPROVAL', 'REMINDER', 'REPLY', 'STAFF_NEWS')),
    customer_id INTEGER REFERENCES customers (id) ON DELETE CASCADE,
    task_id     INTEGER REFERENCES tasks (id) ON DELETE CASCADE,
    from_status TEXT,
    to_status   TEXT,
    from_stage  INTEGER,
    to_stage    INTEGER,
    comment_id  INTEGER REFERENCES comments (id) ON DELETE CASCADE,
    approval_id INTEGER REFERENCES approvals_new (id) ON DELETE CASCADE,
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
    CHECK ((kind IN ('REPLY', 'STAFF_NEWS')) = (reply IS NOT NULL)),
    CHECK ((kind IN ('REPLY', 'STAFF_NEWS')) = (task_id IS NULL)),
    CHECK ((kind = 'STATUS_CHANGED') = (from_status IS NOT NULL AND to_status IS NOT NULL)),
    CHECK ((kind = 'COMMENT') = (comment_id IS NOT NULL)),
    CHECK ((kind = 'APPROVAL') = (approval_id IS NOT NULL))
) STRICT;
INSERT INTO outbox_new (id, chat_id, kind, customer_id, task_id, from_status, to_status, from_stage, to_stage, comment_id, approval_id,
    reply, state, maybe_seen, attempts, created_at, due_at, try_at, reckoned_at, settled_at, reason, detail, answer_of)
SELECT id, chat_id, kind, customer_id, task_id, from_status, to_status, from_stage, to_stage, comment_id, approval_id,
    reply, state, maybe_seen, attempts, created_at, due_at, try_at, reckoned_at, settled_at, reason, detail, answer_of
FROM outbox ORDER BY id;
DELETE FROM sqlite_sequence WHERE name IN ('outbox_new', 'approvals_new');
UPDATE sqlite_sequence SET name = name || '_new' WHERE name IN ('outbox', 'approvals');
DROP TABLE outbox;
DROP TABLE approvals;
ALTER TABLE approvals_new RENAME TO approvals;
ALTER TABLE outbox_new RENAME TO outbox;
CREATE UNIQUE INDEX approvals_asked ON approvals (task_id) WHERE state = 'ASKED';
CREATE INDEX approvals_customer ON approvals (customer_id) WHERE customer_id IS NOT NULL;
CREATE INDEX approvals_task ON approvals (task_id);
CREATE INDEX approvals_unsettled ON approvals (task_id) WHERE unsettled = 1;
CREATE INDEX outbox_open ON outbox (due_at, id) WHERE state IN ('WAITING', 'SENDING');
CREATE INDEX outbox_open_chat ON outbox (chat_id, due_at, id) WHERE state IN ('WAITING', 'SENDING');
CREATE INDEX outbox_dead ON outbox (id) WHERE state = 'DEAD';
CREATE INDEX outbox_task ON outbox (task_id) WHERE task_id IS NOT NULL;
CREATE INDEX outbox_customer ON outbox (customer_id) WHERE customer_id IS NOT NULL;
CREATE INDEX outbox_comment ON outbox (comment_id) WHERE comment_id IS NOT NULL;
CREATE INDEX outbox_approval ON outbox (approval_id) WHERE approval_id IS NOT NULL;
CREATE INDEX outbox_answer_of ON outbox (answer_of) WHERE answer_of IS NOT NULL;

-- The lines as the customer saw them in a quote.
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

CREATE TABLE drawers (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    -- Empty for the default name in the reader's language.
    name     TEXT    NOT NULL,
    -- Identifies the name in any spelling.
    name_key TEXT    NOT NULL UNIQUE
) STRICT;
INSERT INTO drawers (name, name_key) VALUES ('', '');

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
CREATE UNIQUE INDEX shifts_open ON shifts (drawer_id) WHERE closed_at IS NULL;
CREATE INDEX shifts_drawer ON shifts (drawer_id);
CREATE INDEX shifts_closed ON shifts (closed_at) WHERE closed_at IS NOT NULL;

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
CREATE INDEX payments_task ON payments (task_id, amount) WHERE task_id IS NOT NULL;
CREATE INDEX payments_at ON payments (at, kind, method, amount);
CREATE INDEX payments_drawer ON payments (drawer_id, shift_id, method, amount) WHERE drawer_id IS NOT NULL;
CREATE INDEX payments_refund_of ON payments (refund_of) WHERE refund_of IS NOT NULL;
CREATE UNIQUE INDEX payments_reversal ON payments (refund_of) WHERE kind = 'REVERSAL';
CREATE TRIGGER payments_append_only_delete
BEFORE DELETE ON payments
BEGIN
    SELECT raise(ABORT, 'the ledger of payments is append-only');
END;
-- Only the note of an erased customer's payment is emptied.
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

-- What was handed over: the sums of each closed task.
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
CREATE TRIGGER handovers_payments AFTER INSERT ON payments
WHEN new.task_id IS NOT NULL
BEGIN
    UPDATE handovers SET paid = paid + new.amount WHERE task_id = new.task_id;
END;

-- Prepayments become payments, dated by the history.
INSERT INTO payments (kind, method, amount, task_id, employee_id, carried_over, at)
SELECT 'PAYMENT', 'OTHER', d.prepayment, d.task_id, e.employee_id, 1, coalesce(e.at, t.created_at)
FROM task_details AS d
JOIN tasks AS t ON t.id = d.task_id
LEFT JOIN task_events AS e ON e.id =
    (SELECT max(id) FROM task_events WHERE task_id = d.task_id AND kind = 'PREPAYMENT')
WHERE d.prepayment > 0
ORDER BY coalesce(e.at, t.created_at), d.task_id;
ALTER TABLE task_details DROP COLUMN prepayment;

INSERT INTO handovers (task_id, at, total, works, parts, cost, paid)
SELECT t.id, t.closed_at, coalesce(d.price, 0), coalesce(d.price, 0), 0, 0,
    (SELECT coalesce(sum(amount), 0) FROM payments WHERE task_id = t.id)
FROM tasks AS t LEFT JOIN task_details AS d ON d.task_id = t.id
WHERE t.closed_at IS NOT NULL;

-- The history of lines is erased with the person, as descriptions are.
DROP TRIGGER task_events_append_only_update;
CREATE TRIGGER task_events_append_only_update
BEFORE UPDATE OF id, task_id, kind, author, employee_id, from_value, to_value, at ON task_events
WHEN old.kind NOT IN ('DESCRIPTION', 'DEVICE', 'EDITED', 'LINE') OR new.from_value IS NOT NULL OR new.to_value IS NOT NULL
    OR (new.id, new.task_id, new.kind, new.author, new.employee_id, new.at)
        IS NOT (old.id, old.task_id, old.kind, old.author, old.employee_id, old.at)
BEGIN
    SELECT raise(ABORT, 'the history of a task is append-only');
END;

-- The search finds the names of lines.
DROP VIEW texts_of_tasks;
CREATE VIEW texts_of_tasks (id, description, name, device) AS
SELECT t.id, t.description, coalesce(c.name, ''),
    coalesce(d.kind || ' ' || d.brand || ' ' || d.model || ' ' || d.serial || ' ' || d.serial_key
        || ' ' || d.accessories || ' ' || d.appearance || ' ' || d.place, '')
    || coalesce((SELECT ' ' || group_concat(l.name, ' ') FROM task_lines AS l WHERE l.task_id = t.id), '')
FROM tasks AS t
LEFT JOIN customers AS c ON c.id = t.customer_id
LEFT JOIN task_details AS d ON d.task_id = t.id;
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
