-- What a card has beside name and phone. Only employees read the note. A second phone identifies nobody.
ALTER TABLE customers ADD COLUMN second_phone TEXT;
ALTER TABLE customers ADD COLUMN second_phone_key TEXT NOT NULL DEFAULT '';
ALTER TABLE customers ADD COLUMN email TEXT;
ALTER TABLE customers ADD COLUMN company TEXT;
ALTER TABLE customers ADD COLUMN company_key TEXT NOT NULL DEFAULT '';
ALTER TABLE customers ADD COLUMN tax_number TEXT;
ALTER TABLE customers ADD COLUMN note TEXT;

-- Both phones are found by their last digits.
DROP TRIGGER phone_ends_after_update;
DROP TRIGGER phone_ends_before_update;
DROP VIEW ends_of_phones;
CREATE VIEW ends_of_phones (digits, customer_id) AS
SELECT substr(c.phone_e164, start.value), c.id
FROM customers AS c
JOIN json_each('[2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14]') AS start
    ON start.value <= length(c.phone_e164) - 2
UNION
SELECT substr(c.second_phone_key, start.value), c.id
FROM customers AS c
JOIN json_each('[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]') AS start
    ON start.value <= length(c.second_phone_key) - 2;
CREATE TRIGGER phone_ends_before_update BEFORE UPDATE OF phone_e164, second_phone_key ON customers
BEGIN
    DELETE FROM phone_ends WHERE (digits, customer_id) IN (
        SELECT digits, customer_id FROM ends_of_phones WHERE customer_id = old.id);
END;
CREATE TRIGGER phone_ends_after_update AFTER UPDATE OF phone_e164, second_phone_key ON customers
BEGIN
    INSERT INTO phone_ends (digits, customer_id)
    SELECT digits, customer_id FROM ends_of_phones WHERE customer_id = new.id;
END;

-- Cards that were merged into another one, for as long as that can be undone.
CREATE TABLE customer_merges (
    id          INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    kept_id     INTEGER NOT NULL REFERENCES customers (id) ON DELETE CASCADE,
    merged_at   INTEGER NOT NULL,
    -- The card that is gone, the numbers of its rows, and the kept card before and after: JSON.
    snapshot    TEXT    NOT NULL
) STRICT;
CREATE INDEX customer_merges_kept ON customer_merges (kept_id);
