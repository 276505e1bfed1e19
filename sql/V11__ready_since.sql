-- Since when a task is READY; NULL in any other status. What waits to be collected is few of all
-- tasks, and is found by this.
ALTER TABLE tasks ADD COLUMN ready_at INTEGER;
UPDATE tasks SET ready_at = coalesce(
    (SELECT max(e.at) FROM task_events AS e
     WHERE e.task_id = tasks.id AND e.kind IN ('CREATED', 'STATUS') AND e.to_value = 'READY'),
    updated_at)
WHERE status = 'READY';
CREATE INDEX tasks_ready ON tasks (ready_at, employee_id, status) WHERE ready_at IS NOT NULL;

-- What a month is asked for.
CREATE INDEX tasks_closed ON tasks (closed_at) WHERE closed_at IS NOT NULL;
CREATE INDEX task_events_ready ON task_events (at) WHERE kind IN ('CREATED', 'STATUS') AND to_value = 'READY';
