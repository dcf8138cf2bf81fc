-- The directory of civil servants, and the agents of the centre.

CREATE TABLE people (
    matricule TEXT PRIMARY KEY,
    last_name TEXT NOT NULL,
    first_name TEXT NOT NULL,
    birth TEXT
) WITHOUT ROWID;

CREATE TABLE person_phones (
    number TEXT NOT NULL,
    matricule TEXT NOT NULL REFERENCES people (matricule),
    PRIMARY KEY (number, matricule)
) WITHOUT ROWID;

CREATE INDEX phones_of_person ON person_phones (matricule);

-- The secret itself is in the secrets file of the installation; here is only its name.
CREATE TABLE agents (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    extension TEXT NOT NULL UNIQUE,
    secret TEXT NOT NULL,
    queues TEXT NOT NULL,
    skills TEXT NOT NULL,
    wish TEXT NOT NULL,
    reason TEXT,
    wrap_until REAL
) WITHOUT ROWID;
