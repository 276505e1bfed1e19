-- Which forms were taken in the last day, so that an equal one that comes again makes nothing twice.
-- The digest is over a random key and all that was typed, of which nothing can be read from it.
CREATE TABLE form_posts (
    digest    BLOB    PRIMARY KEY,
    -- The number of what it made.
    made      INTEGER NOT NULL,
    posted_at INTEGER NOT NULL
) STRICT;
CREATE INDEX form_posts_posted ON form_posts (posted_at);
