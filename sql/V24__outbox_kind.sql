-- News for employees is a kind of its own. It stood among the replies, told apart by what could be read of it. The rows and the last
-- number that was given stay.
CREATE TABLE outbox_new (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    chat_id     INTEGER NOT NULL,
    kind        TEXT    NOT NULL
                CHECK (kind IN ('STATUS_CHANGED', 'COMMENT', 'APPROVAL', 'REMINDER', 'REPLY', 'STAFF_NEWS')),
    customer_id INTEGER REFERENCES customers (id) ON DELETE CASCADE,
    task_id     INTEGER REFERENCES tasks (id) ON DELETE CASCADE,
    from_status TEXT,
    to_status   TEXT,
    from_stage  INTEGER,
    to_stage    INTEGER,
    comment_id  INTEGER REFERENCES comments (id) ON DELETE CASCADE,
    approval_id INTEGER REFERENCES approvals (id) ON DELETE CASCADE,
    -- A reply, or news for an employee, as JSON.
    reply       TEXT,
    state       TEXT    NOT NULL DEFAULT 'WAITING' CHECK (state IN ('WAITING', 'SENDING', 'DELIVERED', 'DEAD')),
    maybe_seen  INTEGER NOT NULL DEFAULT 0 CHECK (maybe_seen IN (0, 1)),
    attempts    INTEGER NOT NULL DEFAULT 0,
    created_at  INTEGER NOT NULL,
    due_at      INTEGER NOT NULL,
    try_at      INTEGER NOT NULL,
    -- When due_at and try_at were last reckoned, by the wall clock of that moment, and null where that was when the row was made. One
    -- that lies ahead means that the clock has been set back since.
    reckoned_at INTEGER,
    settled_at  INTEGER,
    reason      TEXT    CHECK (reason IN ('BLOCKED', 'REFUSED', 'EXPIRED')),
    detail      TEXT,
    -- The task on whose page staff see that a reply was given up. It is found when that happens.
    answer_of   INTEGER REFERENCES tasks (id) ON DELETE CASCADE,
    CHECK ((kind IN ('REPLY', 'STAFF_NEWS')) = (reply IS NOT NULL)),
    CHECK ((kind IN ('REPLY', 'STAFF_NEWS')) = (task_id IS NULL)),
    CHECK ((kind = 'STATUS_CHANGED') = (from_status IS NOT NULL AND to_status IS NOT NULL)),
    CHECK ((kind = 'COMMENT') = (comment_id IS NOT NULL)),
    CHECK ((kind = 'APPROVAL') = (approval_id IS NOT NULL))
) STRICT;
INSERT INTO outbox_new (id, chat_id, kind, customer_id, task_id, from_status, to_status, from_stage, to_stage, comment_id, approval_id,
    reply, state, maybe_seen, attempts, created_at, due_at, try_at, reckoned_at, settled_at, reason, detail, answer_of)
SELECT id, chat_id,
    CASE
        WHEN kind <> 'REPLY' OR NOT json_valid(reply) THEN kind
        WHEN json_type(reply) = 'text' AND json_extract(reply, '$') IN ('Morning', 'Today') THEN 'STAFF_NEWS'
        WHEN json_type(reply, '$.NewTask') = 'integer' OR json_type(reply, '$.Answered') = 'integer' THEN 'STAFF_NEWS'
        ELSE kind
    END,
    customer_id, task_id, from_status, to_status, from_stage, to_stage, comment_id, approval_id,
    reply, state, maybe_seen, attempts, created_at, due_at, try_at, reckoned_at, settled_at, reason, detail, answer_of
FROM outbox ORDER BY id;
DELETE FROM sqlite_sequence WHERE name = 'outbox_new';
UPDATE sqlite_sequence SET name = 'outbox_new' WHERE name = 'outbox';
DROP TABLE outbox;
ALTER TABLE outbox_new RENAME TO outbox;
CREATE INDEX outbox_open ON outbox (due_at, id) WHERE state IN ('WAITING', 'SENDING');
CREATE INDEX outbox_open_chat ON outbox (chat_id, due_at, id) WHERE state IN ('WAITING', 'SENDING');
CREATE INDEX outbox_dead ON outbox (id) WHERE state = 'DEAD';
CREATE INDEX outbox_task ON outbox (task_id) WHERE task_id IS NOT NULL;
CREATE INDEX outbox_customer ON outbox (customer_id) WHERE customer_id IS NOT NULL;
CREATE INDEX outbox_comment ON outbox (comment_id) WHERE comment_id IS NOT NULL;
CREATE INDEX outbox_approval ON outbox (approval_id) WHERE approval_id IS NOT NULL;
CREATE INDEX outbox_answer_of ON outbox (answer_of) WHERE answer_of IS NOT NULL;
