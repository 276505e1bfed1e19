-- Settings that owners change in the browser. A key is spelled as in config.toml; the file and the environment win.
CREATE TABLE settings (
    id          INTEGER NOT NULL PRIMARY KEY,
    key         TEXT    NOT NULL UNIQUE,
    value       TEXT    NOT NULL,
    changed_at  INTEGER NOT NULL,
    employee_id INTEGER REFERENCES employees (id) ON DELETE SET NULL
) STRICT;

-- Who changed what about the shop and its people, and when. Rows are only ever added.
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
CREATE TRIGGER audit_events_no_update BEFORE UPDATE OF id, happened_at, action, subject, old_value, new_value ON audit_events
BEGIN
    SELECT RAISE(ABORT, 'audit events are append-only');
END;
CREATE TRIGGER audit_events_no_delete BEFORE DELETE ON audit_events
BEGIN
    SELECT RAISE(ABORT, 'audit events are append-only');
END;
