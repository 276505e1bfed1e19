-- An employee follows the bot in one messenger: in Telegram or at MAX.
ALTER TABLE employees ADD COLUMN max_id INTEGER;
CREATE UNIQUE INDEX employees_max ON employees (max_id) WHERE max_id IS NOT NULL;

CREATE TABLE staff_code_tries_new (
    messenger TEXT    NOT NULL CHECK (messenger IN ('TELEGRAM', 'MAX')),
    chat_id   INTEGER NOT NULL,
    tries     INTEGER NOT NULL,
    until     INTEGER NOT NULL,
    PRIMARY KEY (messenger, chat_id)
) STRICT;
INSERT INTO staff_code_tries_new (messenger, chat_id, tries, until)
SELECT 'TELEGRAM', telegram_id, tries, until FROM staff_code_tries;
DROP TABLE staff_code_tries;
ALTER TABLE staff_code_tries_new RENAME TO staff_code_tries;

-- When a message was passed on to its channel by another one that failed; NULL for the first one.
ALTER TABLE outbox ADD COLUMN passed_on_at INTEGER;
