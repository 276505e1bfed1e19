-- The Telegram account in which an employee is told of work, and at what time of the morning.
ALTER TABLE employees ADD COLUMN telegram_id INTEGER;
ALTER TABLE employees ADD COLUMN morning_time TEXT;
CREATE UNIQUE INDEX employees_telegram ON employees (telegram_id) WHERE telegram_id IS NOT NULL;

-- The codes that link an account to an employee, one for each at a time; only hashes are kept.
CREATE TABLE staff_codes (
    employee_id INTEGER NOT NULL PRIMARY KEY REFERENCES employees (id) ON DELETE CASCADE,
    code_hash   BLOB    NOT NULL UNIQUE,
    expires_at  INTEGER NOT NULL
) STRICT;

-- How often an account has sent a wrong code, and until when that counts.
CREATE TABLE staff_code_tries (
    telegram_id INTEGER NOT NULL PRIMARY KEY,
    tries       INTEGER NOT NULL,
    until       INTEGER NOT NULL
) STRICT;

-- The days on which an employee has had the morning's list, or wants none any more.
CREATE TABLE morning_lists (
    employee_id INTEGER NOT NULL REFERENCES employees (id) ON DELETE CASCADE,
    day         TEXT    NOT NULL,
    at          INTEGER NOT NULL,
    PRIMARY KEY (employee_id, day)
) STRICT;
