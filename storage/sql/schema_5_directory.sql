-- The directory as it is imported, and what each import did.

ALTER TABLE people ADD COLUMN direction TEXT;

-- The words of the names, each between two spaces; '' for who came before there was an index of them.
ALTER TABLE people ADD COLUMN words TEXT NOT NULL DEFAULT '';

-- The import that brought this person: its undoing takes the person away.
ALTER TABLE people ADD COLUMN added_by INTEGER;

CREATE INDEX people_without_words ON people (matricule) WHERE words = '';

-- Where the look-up by name begins. It may hold words that a person does not have (an import was broken off), never lack one:
-- people.words decides.
CREATE TABLE person_words (
    word TEXT NOT NULL,
    matricule TEXT NOT NULL,
    PRIMARY KEY (word, matricule)
) WITHOUT ROWID;

CREATE TABLE imports (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at REAL NOT NULL,
    who TEXT NOT NULL,
    file TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    added INTEGER NOT NULL,
    changed INTEGER NOT NULL,
    same INTEGER NOT NULL,
    refused INTEGER NOT NULL,
    undone_at REAL,
    undone_by TEXT
);

-- What a file brings, until it is taken into the directory whole: a file's rows have its token, in their order. ``fields`` is
-- 'new', or the names of what changes, each with a comma behind it. ``phones`` is a JSON list.
CREATE TABLE staged_people (
    token TEXT NOT NULL,
    number INTEGER NOT NULL,
    matricule TEXT NOT NULL,
    last_name TEXT NOT NULL,
    first_name TEXT NOT NULL,
    birth TEXT,
    direction TEXT,
    phones TEXT NOT NULL,
    words TEXT NOT NULL,
    fields TEXT NOT NULL,
    PRIMARY KEY (token, number)
) WITHOUT ROWID;

-- Those whom the last import changed, as they were before it.
CREATE TABLE former_people (
    matricule TEXT PRIMARY KEY,
    last_name TEXT NOT NULL,
    first_name TEXT NOT NULL,
    birth TEXT,
    direction TEXT,
    phones TEXT NOT NULL,
    words TEXT NOT NULL,
    fields TEXT NOT NULL
) WITHOUT ROWID;
