-- The name and the colour by which colleagues know an employee; empty until somebody gives one.
ALTER TABLE employees ADD COLUMN name TEXT NOT NULL DEFAULT '';
ALTER TABLE employees ADD COLUMN colour TEXT NOT NULL DEFAULT ''
    CHECK (colour IN ('', 'GREY', 'BLUE', 'GREEN', 'ORANGE', 'RED', 'VIOLET', 'TEAL', 'PINK'));

-- The open link of an employee for a new password; only a fingerprint of its token. A newer one replaces it, and its use
-- deletes it.
CREATE TABLE password_links (
    employee_id INTEGER NOT NULL PRIMARY KEY REFERENCES employees (id) ON DELETE CASCADE,
    token_hash  BLOB    NOT NULL UNIQUE,
    -- The owner who made it.
    created_by  INTEGER NOT NULL REFERENCES employees (id) ON DELETE CASCADE,
    expires_at  INTEGER NOT NULL
) STRICT;
