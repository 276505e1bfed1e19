-- Sessions whose owner has signed out before the token expired. A token names its session, so it is refused from then on.
CREATE TABLE ended_sessions (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    session    BLOB    NOT NULL UNIQUE,
    expires_at INTEGER NOT NULL
) STRICT;
