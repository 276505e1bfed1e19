-- Phones leave the search index: the letters of a word narrow its tasks down, but any three digits
-- are in very many phones. Instead every end of a phone of three digits or more stands here, so
-- that a part of a phone is what one of these begins with. The triggers below keep it true,
-- whoever writes.
CREATE TABLE phone_ends (
    digits      TEXT    NOT NULL,
    customer_id INTEGER NOT NULL,
    PRIMARY KEY (digits, customer_id)
) WITHOUT ROWID, STRICT;

-- What belongs there. A phone has no more than fifteen digits (E.164), behind a plus.
CREATE VIEW ends_of_phones (digits, customer_id) AS
SELECT substr(c.phone_e164, start.value), c.id
FROM customers AS c
JOIN json_each('[2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14]') AS start
    ON start.value <= length(c.phone_e164) - 2;

INSERT INTO phone_ends (digits, customer_id) SELECT digits, customer_id FROM ends_of_phones;

CREATE TRIGGER phone_ends_insert AFTER INSERT ON customers
BEGIN
    INSERT INTO phone_ends (digits, customer_id)
    SELECT digits, customer_id FROM ends_of_phones WHERE customer_id = new.id;
END;

CREATE TRIGGER phone_ends_before_update BEFORE UPDATE OF phone_e164 ON customers
BEGIN
    DELETE FROM phone_ends WHERE (digits, customer_id) IN (
        SELECT digits, customer_id FROM ends_of_phones WHERE customer_id = old.id);
END;

CREATE TRIGGER phone_ends_after_update AFTER UPDATE OF phone_e164 ON customers
BEGIN
    INSERT INTO phone_ends (digits, customer_id)
    SELECT digits, customer_id FROM ends_of_phones WHERE customer_id = new.id;
END;

CREATE TRIGGER phone_ends_delete BEFORE DELETE ON customers
BEGIN
    DELETE FROM phone_ends WHERE (digits, customer_id) IN (
        SELECT digits, customer_id FROM ends_of_phones WHERE customer_id = old.id);
END;

DROP TRIGGER task_search_customer;
CREATE TRIGGER task_search_customer AFTER UPDATE OF name ON customers
WHEN new.name IS NOT old.name
BEGIN
    INSERT INTO task_search_stale (task_id)
    SELECT id FROM tasks WHERE customer_id = new.id ON CONFLICT DO NOTHING;
END;

DROP TABLE task_search;
CREATE VIRTUAL TABLE task_search USING fts5 (description, name, tokenize = 'trigram');
INSERT INTO task_search (task_search, rank) VALUES ('secure-delete', 1);
INSERT INTO task_search (rowid, description, name)
SELECT t.id, t.description, coalesce(c.name, '')
FROM tasks AS t LEFT JOIN customers AS c ON c.id = t.customer_id
ORDER BY t.id;
INSERT INTO task_search (task_search) VALUES ('optimize');
