-- The language in which an employee reads the pages; NULL until one was chosen.
ALTER TABLE employees ADD COLUMN language TEXT CHECK (language IN ('ru', 'en'));

-- What the search box looks through. The trigram tokenizer finds any three letters in a row, in
-- any case, in any alphabet. The triggers below keep it true, whoever writes.
CREATE VIRTUAL TABLE task_search USING fts5 (description, name, phone, tokenize = 'trigram');
-- What is erased must leave no trace in the index either.
INSERT INTO task_search (task_search, rank) VALUES ('secure-delete', 1);

INSERT INTO task_search (rowid, description, name, phone)
SELECT t.id, t.description, coalesce(c.name, ''), coalesce(c.phone_e164, '')
FROM tasks AS t LEFT JOIN customers AS c ON c.id = t.customer_id;

CREATE TRIGGER task_search_insert AFTER INSERT ON tasks
BEGIN
    INSERT INTO task_search (rowid, description, name, phone)
    SELECT new.id, new.description, coalesce(c.name, ''), coalesce(c.phone_e164, '')
    FROM (SELECT 1) LEFT JOIN customers AS c ON c.id = new.customer_id;
END;

CREATE TRIGGER task_search_update AFTER UPDATE OF description, customer_id ON tasks
WHEN new.description IS NOT old.description OR new.customer_id IS NOT old.customer_id
BEGIN
    DELETE FROM task_search WHERE rowid = old.id;
    INSERT INTO task_search (rowid, description, name, phone)
    SELECT new.id, new.description, coalesce(c.name, ''), coalesce(c.phone_e164, '')
    FROM (SELECT 1) LEFT JOIN customers AS c ON c.id = new.customer_id;
END;

CREATE TRIGGER task_search_delete AFTER DELETE ON tasks
BEGIN
    DELETE FROM task_search WHERE rowid = old.id;
END;

CREATE TRIGGER task_search_customer AFTER UPDATE OF name, phone_e164 ON customers
WHEN new.name IS NOT old.name OR new.phone_e164 IS NOT old.phone_e164
BEGIN
    UPDATE task_search SET name = coalesce(new.name, ''), phone = new.phone_e164
    WHERE rowid IN (SELECT id FROM tasks WHERE customer_id = new.id);
END;
