-- Addresses that get no e-mail, since their owners asked for none. The digests are keyed: nobody can read an address
-- from them, nor test one.
CREATE TABLE email_stops (
    id         INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    address    BLOB    NOT NULL UNIQUE,
    stopped_at INTEGER NOT NULL
) STRICT;
