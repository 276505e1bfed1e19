-- The search index writes a segment of its own for every statement that touches it. Now the
-- triggers only note which tasks it has to read again; the program has it read all of them at
-- once, before the commit that they are part of (store/search.rs). So this table is empty whenever
-- somebody looks.
CREATE TABLE task_search_stale (
    task_id INTEGER NOT NULL PRIMARY KEY
) STRICT;

DROP TRIGGER task_search_insert;
CREATE TRIGGER task_search_insert AFTER INSERT ON tasks
BEGIN
    INSERT INTO task_search_stale (task_id) VALUES (new.id) ON CONFLICT DO NOTHING;
END;

DROP TRIGGER task_search_update;
CREATE TRIGGER task_search_update AFTER UPDATE OF description, customer_id ON tasks
WHEN new.description IS NOT old.description OR new.customer_id IS NOT old.customer_id
BEGIN
    INSERT INTO task_search_stale (task_id) VALUES (new.id) ON CONFLICT DO NOTHING;
END;

DROP TRIGGER task_search_delete;
CREATE TRIGGER task_search_delete AFTER DELETE ON tasks
BEGIN
    INSERT INTO task_search_stale (task_id) VALUES (old.id) ON CONFLICT DO NOTHING;
END;

DROP TRIGGER task_search_customer;
CREATE TRIGGER task_search_customer AFTER UPDATE OF name, phone_e164 ON customers
WHEN new.name IS NOT old.name OR new.phone_e164 IS NOT old.phone_e164
BEGIN
    INSERT INTO task_search_stale (task_id)
    SELECT id FROM tasks WHERE customer_id = new.id ON CONFLICT DO NOTHING;
END;
