-- Which tasks came from a file, and by what they are known there, so that none comes twice.
CREATE TABLE imports (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    source  TEXT    NOT NULL,
    -- The number that it has there, or for a row without one a hash of all that it says.
    number  TEXT    NOT NULL,
    task_id INTEGER NOT NULL REFERENCES tasks (id) ON DELETE CASCADE,
    UNIQUE (source, number)
) STRICT;
CREATE INDEX imports_task ON imports (task_id);
