-- Who read what about whom, and what was forgotten.

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
