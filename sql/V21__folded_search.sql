-- The search index has folded texts now: ё as е, every apostrophe and hyphen as one, letters and digits of
-- one width (domain/letters.rs). SQL can't fold, so every task is noted as to be read again, and the program
-- does that when it next opens the file.
DROP TABLE task_search;
CREATE VIRTUAL TABLE task_search USING fts5 (description, name, device, digits, tokenize = 'trigram');
INSERT INTO task_search (task_search, rank) VALUES ('secure-delete', 1);
INSERT INTO task_search_stale (task_id) SELECT id FROM tasks WHERE true ON CONFLICT DO NOTHING;

-- By what the first letters of a brand are found.
ALTER TABLE task_details ADD COLUMN brand_key TEXT NOT NULL DEFAULT '';
DROP INDEX task_details_brand;
CREATE INDEX task_details_brand_key ON task_details (brand_key COLLATE NOCASE) WHERE brand_key <> '';

-- A row here says that the keys of names, brands and serial numbers were made by another rule than the
-- program's, which makes them anew when it next opens the file. Then the table is empty.
CREATE TABLE stale_keys (
    since TEXT NOT NULL PRIMARY KEY
) STRICT;
INSERT INTO stale_keys (since) VALUES ('V21');
