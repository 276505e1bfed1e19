-- When due_at and try_at were last reckoned, by the wall clock of that moment; null where that was when the row was made. One that
-- lies ahead means that the clock has been set back since.
ALTER TABLE outbox ADD COLUMN reckoned_at INTEGER;

-- The task on whose page staff see that an answer of the bot was given up. It is found when that happens.
ALTER TABLE outbox ADD COLUMN answer_of INTEGER REFERENCES tasks (id) ON DELETE CASCADE;
CREATE INDEX outbox_answer_of ON outbox (answer_of) WHERE answer_of IS NOT NULL;

-- What the running server has noticed and somebody should know who looks later: the last of each kind.
CREATE TABLE incidents (
    kind   TEXT    NOT NULL PRIMARY KEY,
    at     INTEGER NOT NULL,
    -- How much of it there was, in the unit of its kind.
    amount INTEGER NOT NULL
) STRICT;
