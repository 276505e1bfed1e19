-- Whether the customer is reminded of a task that is READY and not collected, and after how many
-- days that was done last since it became READY.
ALTER TABLE tasks ADD COLUMN remind INTEGER NOT NULL DEFAULT 1 CHECK (remind IN (0, 1));
ALTER TABLE tasks ADD COLUMN reminded INTEGER;
