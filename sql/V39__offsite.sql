-- Attempts to make an encrypted copy on another machine: the last ones, and the last that succeeded.
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

-- When owners were told last that there is no new copy; one row at most.
CREATE TABLE offsite_alarm (
    id      INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    told_at INTEGER NOT NULL
) STRICT;
