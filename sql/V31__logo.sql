-- The shop's logo, on papers and on the customer's page. There is at most one.
CREATE TABLE logo (
    id         INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    mime       TEXT    NOT NULL CHECK (mime IN ('image/png', 'image/jpeg', 'image/webp')),
    image      BLOB    NOT NULL,
    changed_at INTEGER NOT NULL
) STRICT;
