-- What the shop calls the steps inside a status. Each status has one stage at least, so here are the
-- first four; they are called as the words of the statuses until the program gives them names in the
-- shop's language, and others beside them.
CREATE TABLE stages (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    status     TEXT    NOT NULL CHECK (status IN ('ACCEPTED', 'IN_PROGRESS', 'READY', 'CLOSED')),
    name       TEXT    NOT NULL,
    -- By what two spellings of one name are known to be the same.
    name_key   TEXT    NOT NULL UNIQUE,
    colour     TEXT    NOT NULL CHECK (colour IN ('GREY', 'BLUE', 'GREEN', 'ORANGE', 'RED', 'VIOLET', 'TEAL', 'PINK')),
    -- Its place among those of its status, from 1 on.
    position   INTEGER NOT NULL CHECK (position > 0),
    -- What the customer reads. Empty for the status's own words.
    wording    TEXT    NOT NULL,
    told       INTEGER NOT NULL CHECK (told IN (0, 1)),
    stuck_days INTEGER CHECK (stuck_days > 0)
) STRICT;
INSERT INTO stages (id, status, name, name_key, colour, position, wording, told, stuck_days) VALUES
    (1, 'ACCEPTED', 'ACCEPTED', 'accepted', 'GREEN', 1, '', 1, 3),
    (2, 'IN_PROGRESS', 'IN_PROGRESS', 'in_progress', 'BLUE', 1, '', 1, 7),
    (3, 'READY', 'READY', 'ready', 'ORANGE', 1, '', 1, 14),
    (4, 'CLOSED', 'CLOSED', 'closed', 'GREY', 1, '', 1, NULL);

-- The tasks that there are stand in the first stage of their status, since they have that status.
ALTER TABLE tasks ADD COLUMN stage_id INTEGER REFERENCES stages (id);
ALTER TABLE tasks ADD COLUMN stage_since INTEGER;
UPDATE tasks SET
    stage_id = CASE status WHEN 'ACCEPTED' THEN 1 WHEN 'IN_PROGRESS' THEN 2 WHEN 'READY' THEN 3 ELSE 4 END,
    stage_since = coalesce(closed_at, (
        SELECT max(e.at) FROM task_events AS e WHERE e.task_id = tasks.id AND e.kind IN ('CREATED', 'STATUS')
    ), created_at);
CREATE INDEX tasks_stage ON tasks (stage_id, created_at);
-- Those that may be stuck; most tasks of ten years are closed.
CREATE INDEX tasks_open_stage ON tasks (stage_id, stage_since) WHERE status <> 'CLOSED';

-- A task is in a stage of its own status, whoever writes; in the first one where nobody says which.
CREATE TRIGGER tasks_stage_insert BEFORE INSERT ON tasks
WHEN new.stage_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM stages WHERE id = new.stage_id AND status = new.status)
BEGIN
    SELECT raise(ABORT, 'a task is in a stage of its status');
END;
CREATE TRIGGER tasks_stage_none AFTER INSERT ON tasks
WHEN new.stage_id IS NULL
BEGIN
    UPDATE tasks SET stage_id = (SELECT id FROM stages WHERE status = new.status ORDER BY position LIMIT 1),
        stage_since = new.created_at
    WHERE id = new.id;
END;
CREATE TRIGGER tasks_stage_update BEFORE UPDATE OF status, stage_id ON tasks
WHEN NOT EXISTS (SELECT 1 FROM stages WHERE id = new.stage_id AND status = new.status)
BEGIN
    SELECT raise(ABORT, 'a task is in a stage of its status');
END;
CREATE TRIGGER stages_status_update BEFORE UPDATE OF status ON stages
WHEN new.status <> old.status
BEGIN
    SELECT raise(ABORT, 'a stage stays in its status');
END;

-- Between which stages a notice tells of. They refer to nothing: a notice outlives its stages, whose
-- numbers are never given again.
ALTER TABLE outbox ADD COLUMN from_stage INTEGER;
ALTER TABLE outbox ADD COLUMN to_stage INTEGER;
