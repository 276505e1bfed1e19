-- What the customer brought, what it costs, and its warranty. Few lists show these, so they stand
-- beside the tasks; a task without a row has none of it. Sums are in the smallest unit of the
-- shop's currency. Days are those of the shop's time zone, YYYY-MM-DD.
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
    prepayment     INTEGER CHECK (prepayment >= 0),
    warranty_until TEXT,
    warranty_of    INTEGER REFERENCES tasks (id) ON DELETE SET NULL
) STRICT;
CREATE INDEX task_details_serial ON task_details (serial_key) WHERE serial_key <> '';
CREATE INDEX task_details_brand ON task_details (brand COLLATE NOCASE) WHERE brand <> '';
CREATE INDEX task_details_warranty_of ON task_details (warranty_of) WHERE warranty_of IS NOT NULL;

-- Until when it is promised.
ALTER TABLE tasks ADD COLUMN due_on TEXT;

-- A history that can tell of these as well. The rows and the last number that was given stay.
CREATE TABLE task_events_new (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    task_id     INTEGER NOT NULL,
    kind        TEXT    NOT NULL CHECK (kind IN ('CREATED', 'STATUS', 'CATEGORY', 'DESCRIPTION', 'EMPLOYEE', 'CUSTOMER', 'DELETED',
        'DEVICE', 'DUE', 'ESTIMATE', 'PRICE', 'PREPAYMENT', 'WARRANTY', 'WARRANTY_OF')),
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

-- It stays as it was, but for what an erased person's tasks and devices said: that goes.
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

-- What the search looks through: the devices, too.
CREATE VIEW texts_of_tasks (id, description, name, device) AS
SELECT t.id, t.description, coalesce(c.name, ''),
    coalesce(d.kind || ' ' || d.brand || ' ' || d.model || ' ' || d.serial || ' ' || d.serial_key
        || ' ' || d.accessories || ' ' || d.appearance || ' ' || d.place, '')
FROM tasks AS t
LEFT JOIN customers AS c ON c.id = t.customer_id
LEFT JOIN task_details AS d ON d.task_id = t.id;

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

CREATE TRIGGER task_search_details_delete AFTER DELETE ON task_details
BEGIN
    INSERT INTO task_search_stale (task_id) VALUES (old.task_id) ON CONFLICT DO NOTHING;
END;

DROP TABLE task_search;
CREATE VIRTUAL TABLE task_search USING fts5 (description, name, device, tokenize = 'trigram');
INSERT INTO task_search (task_search, rank) VALUES ('secure-delete', 1);
INSERT INTO task_search (rowid, description, name, device)
SELECT id, description, name, device FROM texts_of_tasks ORDER BY id;
INSERT INTO task_search (task_search) VALUES ('optimize');
