-- The requests of the last day that may come again, by a key of the client or as an equal form, so that they make
-- nothing twice. Both digests are over a key that isn't stored; what was typed can't be read from them.
CREATE TABLE idempotency_keys (
    -- Digest of who asked and of the key.
    key     BLOB    NOT NULL PRIMARY KEY,
    -- Digest of the operation and its content.
    content BLOB    NOT NULL,
    -- What it made: the number of the object, or the outcome of an import.
    made    TEXT    NOT NULL,
    kept_at INTEGER NOT NULL
) STRICT;
CREATE INDEX idempotency_keys_kept ON idempotency_keys (kept_at);
INSERT INTO idempotency_keys (key, content, made, kept_at)
SELECT digest, digest, CAST(made AS TEXT), posted_at FROM form_posts;
DROP TABLE form_posts;
