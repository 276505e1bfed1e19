-- The texts of messages to customers that an owner has changed; the others are the program's own. A text of a stage goes with
-- its stage.
CREATE TABLE message_texts (
    id       INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    purpose  TEXT    NOT NULL CHECK (purpose IN ('STATUS', 'COMMENT', 'QUOTE', 'REMINDER')),
    stage_id INTEGER REFERENCES stages (id) ON DELETE CASCADE,
    language TEXT    NOT NULL CHECK (language IN ('ru', 'en')),
    form     TEXT    NOT NULL CHECK (form IN ('FULL', 'SHORT')),
    text     TEXT    NOT NULL,
    CHECK ((purpose = 'STATUS') = (stage_id IS NOT NULL))
) STRICT;
CREATE UNIQUE INDEX message_texts_stage ON message_texts (stage_id, language, form) WHERE stage_id IS NOT NULL;
CREATE UNIQUE INDEX message_texts_purpose ON message_texts (purpose, language, form) WHERE stage_id IS NULL;
