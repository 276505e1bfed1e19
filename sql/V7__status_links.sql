-- The link by which a customer sees how far a task is. It stands nowhere: the program makes it from
-- the task, the generation and a key of its own, and finds the task again by the link's hash. A new
-- generation ends the one before. A link that was taken away has no hash, but its generation stays,
-- so that it never comes again.
CREATE TABLE status_links (
    task_id    INTEGER NOT NULL PRIMARY KEY REFERENCES tasks (id) ON DELETE CASCADE,
    generation INTEGER NOT NULL CHECK (generation > 0),
    token_hash BLOB    UNIQUE
) STRICT;
