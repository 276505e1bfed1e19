-- In which order tasks came, and in which something happened to them last, whatever the wall clock showed: both are
-- instants that never go back. Days and times that people read are in created_at and updated_at, as ever.
ALTER TABLE tasks ADD COLUMN listed_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE tasks ADD COLUMN touched_at INTEGER NOT NULL DEFAULT 0;
UPDATE tasks SET listed_at = created_at, touched_at = updated_at;
CREATE INDEX tasks_listed ON tasks (listed_at);
CREATE INDEX tasks_touched ON tasks (touched_at);
DROP INDEX tasks_updated;
-- By how much the order is ahead of the days; almost always there is no such task.
CREATE INDEX tasks_listed_late ON tasks (listed_at - created_at) WHERE listed_at <> created_at;

-- Whatever inserts a task says where it stands, or it stands by its day: an import's old tasks do.
CREATE TRIGGER tasks_order_insert AFTER INSERT ON tasks WHEN new.listed_at = 0 OR new.touched_at = 0
BEGIN
    UPDATE tasks SET listed_at = iif(listed_at = 0, created_at, listed_at),
        touched_at = iif(touched_at = 0, updated_at, touched_at)
    WHERE id = new.id;
END;
