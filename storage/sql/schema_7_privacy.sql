-- Who read what about whom, what may not be forgotten yet, and what was forgotten.

CREATE TABLE access_log (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at REAL NOT NULL,
    who TEXT NOT NULL,
    role TEXT NOT NULL,
    act TEXT NOT NULL,
    subject TEXT NOT NULL,
    why TEXT
);

CREATE INDEX access_by_time ON access_log (at);

CREATE INDEX access_of_subject ON access_log (subject, at);

CREATE TRIGGER access_is_append_only BEFORE UPDATE ON access_log
BEGIN SELECT RAISE(ABORT, 'the access log is never rewritten'); END;

-- A request that no purge touches, with its calls, until the hold is released.
CREATE TABLE holds (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    request TEXT NOT NULL REFERENCES requests (reference),
    at REAL NOT NULL,
    who TEXT NOT NULL,
    why TEXT NOT NULL,
    released_at REAL,
    released_by TEXT,
    released_why TEXT
);

CREATE UNIQUE INDEX holds_one_active ON holds (request) WHERE released_at IS NULL;

-- Each purge. The report is JSON: counts by purpose, nothing of anybody; '' for one that did not come to its end. What one
-- has freed is not written over yet as long as scrubbed is 0.
CREATE TABLE purges (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at REAL NOT NULL,
    who TEXT NOT NULL,
    report TEXT NOT NULL DEFAULT '',
    scrubbed INTEGER NOT NULL DEFAULT 0
);

-- When the personal data went; NULL before. What is left of the row counts, and names nobody.
ALTER TABLE calls ADD COLUMN forgotten_at REAL;

ALTER TABLE requests ADD COLUMN archived_at REAL;

CREATE INDEX calls_to_forget ON calls (started_at) WHERE forgotten_at IS NULL;

CREATE INDEX requests_to_archive ON requests (closed_at) WHERE archived_at IS NULL AND closed_at IS NOT NULL;

CREATE INDEX requests_with_voice ON requests (closed_at) WHERE voice_note IS NOT NULL;

CREATE INDEX requesters_named ON requesters (id) WHERE pseudonym IS NULL;

CREATE INDEX requests_walled ON requests (call) WHERE walled = 1;
