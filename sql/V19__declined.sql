-- Whether a price that the customer declined still waits for somebody of the shop to react. The rows of
-- ten years are many and those that wait are few: the index has only these, so that a page can count them.
ALTER TABLE approvals ADD COLUMN unsettled INTEGER NOT NULL DEFAULT 0 CHECK (unsettled IN (0, 1));
UPDATE approvals SET unsettled = 1
WHERE state = 'DECLINED'
    AND NOT EXISTS (SELECT 1 FROM approvals AS later WHERE later.task_id = approvals.task_id AND later.id > approvals.id)
    AND EXISTS (SELECT 1 FROM tasks WHERE tasks.id = approvals.task_id AND tasks.status IN ('ACCEPTED', 'IN_PROGRESS'));
CREATE INDEX approvals_unsettled ON approvals (task_id) WHERE unsettled = 1;
