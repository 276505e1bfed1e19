-- Pictures that customers sent, in the one file that is copied, restored and erased as a whole. A
-- picture is at Telegram until it was fetched.
CREATE TABLE photos (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    comment_id    INTEGER NOT NULL UNIQUE REFERENCES comments (id) ON DELETE CASCADE,
    state         TEXT    NOT NULL CHECK (state IN ('WAITING', 'HERE', 'LOST')),
    telegram_file TEXT    NOT NULL,
    attempts      INTEGER NOT NULL DEFAULT 0,
    created_at    INTEGER NOT NULL,
    try_at        INTEGER NOT NULL,
    mime          TEXT    CHECK (mime IN ('image/jpeg', 'image/png', 'image/webp', 'image/gif')),
    width         INTEGER,
    height        INTEGER,
    image         BLOB,
    CHECK ((state = 'HERE') = (image IS NOT NULL AND mime IS NOT NULL AND width IS NOT NULL AND height IS NOT NULL))
) STRICT;
CREATE INDEX photos_waiting ON photos (try_at) WHERE state = 'WAITING';
