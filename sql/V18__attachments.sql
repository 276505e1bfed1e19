-- What came with customers' messages, of which pictures were the first kind and gave the table its name: a message may
-- have several, an album's; and what has no file to fetch, or none that is taken, is noted all the same.
CREATE TABLE photos_new (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    comment_id      INTEGER NOT NULL REFERENCES comments (id) ON DELETE CASCADE,
    -- Which kinds there are, the program knows, so that a new one needs no new table.
    kind            TEXT    NOT NULL DEFAULT 'PHOTO',
    -- NOTED: there is only the note.
    state           TEXT    NOT NULL CHECK (state IN ('WAITING', 'HERE', 'LOST', 'NOTED')),
    -- The file at Telegram, and by what it is known to be the same, empty where there is none.
    telegram_file   TEXT    NOT NULL,
    telegram_unique TEXT    NOT NULL DEFAULT '',
    attempts        INTEGER NOT NULL DEFAULT 0,
    created_at      INTEGER NOT NULL,
    try_at          INTEGER NOT NULL,
    -- As the sender calls it, without what could mislead.
    file_name       TEXT    NOT NULL DEFAULT '',
    -- In bytes, as the sender says until it is here, and in seconds.
    size            INTEGER,
    duration        INTEGER,
    -- What a place, a contact or a question says.
    about           TEXT    NOT NULL DEFAULT '',
    -- By its content.
    mime            TEXT,
    -- Of a picture that browsers show.
    width           INTEGER,
    height          INTEGER,
    image           BLOB,
    CHECK ((state = 'HERE') = (image IS NOT NULL AND mime IS NOT NULL)),
    CHECK ((width IS NULL) = (height IS NULL)),
    CHECK (width IS NULL OR mime IN ('image/jpeg', 'image/png', 'image/webp', 'image/gif'))
) STRICT;
INSERT INTO photos_new (id, comment_id, state, telegram_file, attempts, created_at, try_at, size, mime, width, height, image)
SELECT id, comment_id, state, telegram_file, attempts, created_at, try_at, length(image), mime, width, height, image
FROM photos ORDER BY id;
DELETE FROM sqlite_sequence WHERE name = 'photos_new';
UPDATE sqlite_sequence SET name = 'photos_new' WHERE name = 'photos';
DROP TABLE photos;
ALTER TABLE photos_new RENAME TO photos;
CREATE INDEX photos_comment ON photos (comment_id);
CREATE INDEX photos_waiting ON photos (try_at) WHERE state = 'WAITING';

-- The messages of a chat, ours and the customer's, by Telegram's numbers: what a reply answers, an edit changes and an
-- album goes on with. They are kept as long as what they are about; what is about nothing, for some days.
CREATE TABLE telegram_messages (
    chat_id    INTEGER NOT NULL,
    message_id INTEGER NOT NULL,
    -- The task of a message of ours.
    task_id    INTEGER REFERENCES tasks (id) ON DELETE CASCADE,
    -- What the customer said by it, wherever that was moved since.
    comment_id INTEGER REFERENCES comments (id) ON DELETE CASCADE,
    -- The album that it is a part of.
    album      TEXT,
    -- Whether there were words with it.
    has_words  INTEGER NOT NULL DEFAULT 0 CHECK (has_words IN (0, 1)),
    at         INTEGER NOT NULL,
    PRIMARY KEY (chat_id, message_id)
) WITHOUT ROWID, STRICT;
CREATE INDEX telegram_messages_album ON telegram_messages (chat_id, album) WHERE album IS NOT NULL;
CREATE INDEX telegram_messages_task ON telegram_messages (task_id) WHERE task_id IS NOT NULL;
CREATE INDEX telegram_messages_comment ON telegram_messages (comment_id) WHERE comment_id IS NOT NULL;
CREATE INDEX telegram_messages_idle ON telegram_messages (at) WHERE task_id IS NULL AND comment_id IS NULL;

-- What a customer said before changing it can be erased with the customer, as descriptions and devices can.
DROP TRIGGER task_events_append_only_update;
CREATE TRIGGER task_events_append_only_update
BEFORE UPDATE OF id, task_id, kind, author, employee_id, from_value, to_value, at ON task_events
WHEN old.kind NOT IN ('DESCRIPTION', 'DEVICE', 'EDITED') OR new.from_value IS NOT NULL OR new.to_value IS NOT NULL
    OR (new.id, new.task_id, new.kind, new.author, new.employee_id, new.at)
        IS NOT (old.id, old.task_id, old.kind, old.author, old.employee_id, old.at)
BEGIN
    SELECT raise(ABORT, 'the history of a task is append-only');
END;
