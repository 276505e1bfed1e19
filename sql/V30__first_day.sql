-- What an owner has done or dismissed of the list for the first day, where no other table tells.
CREATE TABLE first_day (
    step    TEXT    NOT NULL PRIMARY KEY,
    done_at INTEGER NOT NULL
) STRICT;
-- A shop that has worked before needs no list.
INSERT INTO first_day (step, done_at) SELECT 'DISMISSED', max(created_at) FROM tasks HAVING count(*) > 0;
