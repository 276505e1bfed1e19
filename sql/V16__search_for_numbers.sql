-- Three digits are in very many texts since tasks have serial numbers, so a longer number was looked
-- for in long lists. Now numbers stand in the index once more, with a letter for each three digits in
-- a row (store/search.rs): three letters are five digits, and those are in few.
DROP TABLE task_search;
CREATE VIRTUAL TABLE task_search USING fts5 (description, name, device, digits, tokenize = 'trigram');
INSERT INTO task_search (task_search, rank) VALUES ('secure-delete', 1);
INSERT INTO task_search (rowid, description, name, device, digits)
SELECT id, description, name, device, digit_letters(description || ' ' || name || ' ' || device)
FROM texts_of_tasks ORDER BY id;
INSERT INTO task_search (task_search) VALUES ('optimize');
