-- What the desk sorts and finds by. The sums of every task, for lists in their order: total is its price, owed what is
-- left to pay of it. Both are computed by the program before each commit for the tasks that the triggers have noted.
CREATE TABLE task_sums (
    task_id INTEGER NOT NULL PRIMARY KEY REFERENCES tasks (id) ON DELETE CASCADE,
    is_open INTEGER NOT NULL CHECK (is_open IN (0, 1)),
    total   INTEGER NOT NULL DEFAULT 0 CHECK (total >= 0),
    owed    INTEGER NOT NULL DEFAULT 0 CHECK (owed >= 0)
) STRICT;
CREATE TABLE task_sums_stale (
    task_id INTEGER NOT NULL PRIMARY KEY
) STRICT;
INSERT INTO task_sums (task_id, is_open) SELECT id, status <> 'CLOSED' FROM tasks;
INSERT INTO task_sums_stale (task_id)
SELECT task_id FROM task_details WHERE price IS NOT NULL
UNION SELECT task_id FROM task_lines
UNION SELECT task_id FROM payments WHERE task_id IS NOT NULL;
CREATE INDEX task_sums_total ON task_sums (total);
CREATE INDEX task_sums_total_open ON task_sums (total) WHERE is_open = 1;
CREATE INDEX task_sums_owed ON task_sums (owed) WHERE owed > 0;
CREATE INDEX task_sums_owed_open ON task_sums (owed) WHERE owed > 0 AND is_open = 1;

CREATE TRIGGER task_sums_task_insert AFTER INSERT ON tasks
BEGIN
    INSERT INTO task_sums (task_id, is_open) VALUES (new.id, new.status <> 'CLOSED');
END;
CREATE TRIGGER task_sums_task_update AFTER UPDATE OF status ON tasks
WHEN (new.status = 'CLOSED') <> (old.status = 'CLOSED')
BEGIN
    UPDATE task_sums SET is_open = new.status <> 'CLOSED' WHERE task_id = new.id;
END;
CREATE TRIGGER task_sums_details_insert AFTER INSERT ON task_details
WHEN new.price IS NOT NULL OR new.discount IS NOT NULL OR new.discount_percent IS NOT NULL
BEGIN
    INSERT INTO task_sums_stale (task_id) VALUES (new.task_id) ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER task_sums_details_update AFTER UPDATE OF price, discount, discount_percent ON task_details
WHEN (new.price, new.discount, new.discount_percent) IS NOT (old.price, old.discount, old.discount_percent)
BEGIN
    INSERT INTO task_sums_stale (task_id) VALUES (new.task_id) ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER task_sums_details_delete AFTER DELETE ON task_details
BEGIN
    INSERT INTO task_sums_stale (task_id) VALUES (old.task_id) ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER task_sums_lines_insert AFTER INSERT ON task_lines
BEGIN
    INSERT INTO task_sums_stale (task_id) VALUES (new.task_id) ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER task_sums_lines_update AFTER UPDATE OF quantity, unit_price, discount, discount_percent ON task_lines
WHEN (new.quantity, new.unit_price, new.discount, new.discount_percent)
    IS NOT (old.quantity, old.unit_price, old.discount, old.discount_percent)
BEGIN
    INSERT INTO task_sums_stale (task_id) VALUES (new.task_id) ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER task_sums_lines_delete AFTER DELETE ON task_lines
BEGIN
    INSERT INTO task_sums_stale (task_id) VALUES (old.task_id) ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER task_sums_payments AFTER INSERT ON payments
WHEN new.task_id IS NOT NULL
BEGIN
    INSERT INTO task_sums_stale (task_id) VALUES (new.task_id) ON CONFLICT DO NOTHING;
END;

-- Tasks without a promised day come last. The open ones are few among all, in whatever order they are listed.
CREATE INDEX tasks_due ON tasks (coalesce(due_on, '9999-12-31'));
CREATE INDEX tasks_open_due ON tasks (coalesce(due_on, '9999-12-31')) WHERE status <> 'CLOSED';
CREATE INDEX tasks_open_listed ON tasks (listed_at) WHERE status <> 'CLOSED';
CREATE INDEX tasks_open_touched ON tasks (touched_at) WHERE status <> 'CLOSED';

-- An agreement by the customer, and a message that didn't reach them, that no employee has reacted to.
ALTER TABLE approvals ADD COLUMN unnoticed INTEGER NOT NULL DEFAULT 0 CHECK (unnoticed IN (0, 1));
CREATE INDEX approvals_unnoticed ON approvals (task_id) WHERE unnoticed = 1;
ALTER TABLE outbox ADD COLUMN unnoticed INTEGER NOT NULL DEFAULT 0 CHECK (unnoticed IN (0, 1));
UPDATE outbox SET unnoticed = 1
WHERE state = 'DEAD' AND coalesce(task_id, answer_of) IN (SELECT id FROM tasks WHERE status <> 'CLOSED');
CREATE INDEX outbox_unnoticed ON outbox (coalesce(task_id, answer_of)) WHERE unnoticed = 1;

-- Words that the search takes for one another. The owner edits them.
CREATE TABLE search_aliases (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    word    TEXT    NOT NULL,
    meaning TEXT    NOT NULL
) STRICT;
INSERT INTO search_aliases (word, meaning) VALUES
    ('айфон', 'iPhone'), ('айпад', 'iPad'), ('макбук', 'MacBook'), ('аймак', 'iMac'), ('эпл', 'Apple'),
    ('аирподс', 'AirPods'), ('эйрподс', 'AirPods'), ('самсунг', 'Samsung'), ('галакси', 'Galaxy'),
    ('сяоми', 'Xiaomi'), ('ксиоми', 'Xiaomi'), ('ксяоми', 'Xiaomi'), ('редми', 'Redmi'), ('поко', 'Poco'),
    ('хуавей', 'Huawei'), ('хонор', 'Honor'), ('реалми', 'Realme'), ('нокиа', 'Nokia'), ('моторола', 'Motorola'),
    ('гугл', 'Google'), ('пиксель', 'Pixel'), ('сони', 'Sony'), ('плейстейшн', 'PlayStation'), ('иксбокс', 'Xbox'),
    ('нинтендо', 'Nintendo'), ('леново', 'Lenovo'), ('асус', 'Asus'), ('асер', 'Acer'), ('эйсер', 'Acer'),
    ('делл', 'Dell'), ('тошиба', 'Toshiba'), ('кэнон', 'Canon'), ('канон', 'Canon'), ('эпсон', 'Epson'),
    ('бразер', 'Brother'), ('ксерокс', 'Xerox'), ('дайсон', 'Dyson'), ('бош', 'Bosch'), ('индезит', 'Indesit'),
    ('аристон', 'Ariston'), ('делонги', 'DeLonghi'), ('филипс', 'Philips'), ('панасоник', 'Panasonic'),
    ('электролюкс', 'Electrolux'), ('браун', 'Braun'), ('тефаль', 'Tefal'), ('гоупро', 'GoPro');

-- The index has the beginnings of words in a column of their own now, by which words of one and two characters are
-- found, and the article numbers of the lines. The program fills it when it next opens the file.
DROP VIEW texts_of_tasks;
CREATE VIEW texts_of_tasks (id, description, name, device) AS
SELECT t.id, t.description, coalesce(c.name, ''),
    coalesce(d.kind || ' ' || d.brand || ' ' || d.model || ' ' || d.serial || ' ' || d.serial_key
        || ' ' || d.accessories || ' ' || d.appearance || ' ' || d.place, '')
    || coalesce((SELECT ' ' || group_concat(l.name || coalesce(' ' || i.article, ''), ' ')
        FROM task_lines AS l LEFT JOIN catalogue_items AS i ON i.id = l.item_id WHERE l.task_id = t.id), '')
FROM tasks AS t
LEFT JOIN customers AS c ON c.id = t.customer_id
LEFT JOIN task_details AS d ON d.task_id = t.id;
CREATE TRIGGER task_search_article AFTER UPDATE OF article ON catalogue_items
WHEN new.article <> old.article
BEGIN
    INSERT INTO task_search_stale (task_id)
    SELECT task_id FROM task_lines WHERE item_id = new.id ON CONFLICT DO NOTHING;
END;
DROP TABLE task_search;
CREATE VIRTUAL TABLE task_search USING fts5 (description, name, device, digits, starts, tokenize = 'trigram');
INSERT INTO task_search (task_search, rank) VALUES ('secure-delete', 1);
INSERT INTO task_search_stale (task_id) SELECT id FROM tasks WHERE true ON CONFLICT DO NOTHING;
