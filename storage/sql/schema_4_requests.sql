-- Requesters, the life of requests, lost calls as requests, and the limit of wrong second factors.

-- Whoever asked something. The standing of the matricule is verified, unverified or none (yet); names are as declared.
CREATE TABLE requesters (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    matricule TEXT,
    standing TEXT NOT NULL,
    name TEXT,
    birth TEXT,
    direction TEXT,
    exam_number TEXT,
    created_at REAL NOT NULL,
    pseudonym TEXT,
    CHECK (standing IN ('verified', 'unverified', 'none'))
);

CREATE UNIQUE INDEX requesters_of_matricule ON requesters (matricule) WHERE matricule IS NOT NULL;

CREATE TABLE requester_phones (
    number TEXT NOT NULL,
    requester INTEGER NOT NULL REFERENCES requesters (id),
    PRIMARY KEY (number, requester)
) WITHOUT ROWID;

CREATE INDEX phones_of_requester ON requester_phones (requester);

ALTER TABLE requests ADD COLUMN requester INTEGER REFERENCES requesters (id);

-- The direction that has it now, set when it is assigned; whom there; what is waited for.
ALTER TABLE requests ADD COLUMN direction TEXT;

ALTER TABLE requests ADD COLUMN assignee TEXT;

ALTER TABLE requests ADD COLUMN waits_for TEXT;

ALTER TABLE requests ADD COLUMN paused_at REAL;

ALTER TABLE requests ADD COLUMN resolved_at REAL;

ALTER TABLE requests ADD COLUMN motif TEXT;

ALTER TABLE requests ADD COLUMN answer TEXT;

ALTER TABLE requests ADD COLUMN reopened INTEGER NOT NULL DEFAULT 0;

ALTER TABLE requests ADD COLUMN satisfaction INTEGER;

-- A denunciation: behind a wall for all but the inspection.
ALTER TABLE requests ADD COLUMN walled INTEGER NOT NULL DEFAULT 0;

-- Days on which 80 % and 150 % of the delay are over (due_at is 100 %), and the highest that was told: 0, 80, 100, 150.
ALTER TABLE requests ADD COLUMN warn_at TEXT;

ALTER TABLE requests ADD COLUMN late_at TEXT;

ALTER TABLE requests ADD COLUMN alert INTEGER NOT NULL DEFAULT 0;

-- A code is asked together with its reference: two requests may have the same.
DROP INDEX requests_open_code;

CREATE INDEX requests_of_requester ON requests (requester, created_at) WHERE requester IS NOT NULL;

CREATE INDEX requests_of_phone ON requests (phone, created_at) WHERE phone IS NOT NULL;

CREATE INDEX requests_of_parent ON requests (parent) WHERE parent IS NOT NULL;

CREATE UNIQUE INDEX requests_of_staff_key ON requests (key) WHERE call IS NULL;

CREATE INDEX requests_by_warn ON requests (warn_at) WHERE closed_at IS NULL AND warn_at IS NOT NULL;

CREATE INDEX requests_by_due ON requests (due_at) WHERE closed_at IS NULL AND due_at IS NOT NULL;

CREATE INDEX requests_by_status ON requests (status, created_at);

CREATE INDEX requests_by_category ON requests (category, created_at);

CREATE INDEX requests_of_direction ON requests (direction, due_at) WHERE closed_at IS NULL AND direction IS NOT NULL;

CREATE INDEX history_of_call ON request_history (call) WHERE call IS NOT NULL;

-- What came with a request after it was registered: a voice message ('voice'); the name is the file's.
CREATE TABLE request_files (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    request TEXT NOT NULL REFERENCES requests (reference),
    at REAL NOT NULL,
    who TEXT NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    call TEXT
);

CREATE INDEX files_of_request ON request_files (request);

-- A work item is the request of a lost call, with the calls it was lost in.
ALTER TABLE work_items ADD COLUMN request TEXT REFERENCES requests (reference);

DROP TRIGGER work_closed_once;

UPDATE work_items SET request = (SELECT calls.request FROM calls WHERE calls.id = work_items.call);

CREATE TRIGGER work_closed_once BEFORE UPDATE ON work_items WHEN OLD.state <> 'open'
BEGIN SELECT RAISE(ABORT, 'a closed work item stays as it was closed'); END;

CREATE INDEX work_of_request ON work_items (request) WHERE request IS NOT NULL;

-- On SQLite only: the request of an open item is open. Out of hours, it was closed at once.
INSERT INTO request_history (request, at, who, status_from, status_to, what)
SELECT reference, since, 'svi', 'closed', 'registered', 'à rappeler' FROM requests
WHERE key = 'call' AND status = 'closed' AND reference IN (SELECT request FROM work_items WHERE state = 'open')
ORDER BY reference;

-- On SQLite only
UPDATE requests SET status = 'registered', closed_at = NULL
WHERE key = 'call' AND status = 'closed' AND reference IN (SELECT request FROM work_items WHERE state = 'open');

-- On SQLite only: each lost call had a request of its own; those of one open item go into the item's.
CREATE TEMP TABLE lost_again AS
SELECT requests.reference AS reference, MIN(work_items.request) AS original
FROM work_items JOIN calls ON calls.caller = work_items.number JOIN requests ON requests.reference = calls.request
WHERE work_items.state = 'open' AND work_items.number <> '' AND calls.ended_at BETWEEN work_items.created_at AND work_items.last_at
    AND calls.outcome IN ('ABANDON_FILE', 'COUPE', 'ECHEC_TECHNIQUE') AND requests.key = 'call'
    AND requests.status = 'registered' AND requests.category <> 'QUA-DENONCIATION'
    AND NOT EXISTS (SELECT 1 FROM work_items other WHERE other.request = requests.reference)
    AND NOT EXISTS (SELECT 1 FROM callbacks WHERE callbacks.request = requests.reference AND callbacks.state = 'open')
    AND EXISTS (SELECT 1 FROM requests one WHERE one.reference = work_items.request AND one.category <> 'QUA-DENONCIATION')
GROUP BY requests.reference;

-- On SQLite only
INSERT INTO request_history (request, at, who, status_from, status_to, what, why)
SELECT requests.reference, requests.since, 'svi', 'registered', 'merged', 'doublon', lost_again.original
FROM requests JOIN lost_again ON lost_again.reference = requests.reference ORDER BY requests.reference;

-- On SQLite only
UPDATE requests
SET status = 'merged', closed_at = since,
    parent = (SELECT original FROM lost_again WHERE lost_again.reference = requests.reference)
WHERE reference IN (SELECT reference FROM lost_again);

-- On SQLite only
DROP TABLE lost_again;

-- Wrong second factors, by calling number and by what was asked for: nobody goes through them by telephone.
CREATE TABLE factor_failures (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at REAL NOT NULL,
    number TEXT NOT NULL,
    subject TEXT NOT NULL
);

CREATE INDEX failures_of_number ON factor_failures (number, at);

CREATE INDEX failures_of_subject ON factor_failures (subject, at);

-- Those who asked before there were requesters. The directory verifies a matricule; the last name declared is kept.
INSERT INTO requesters (matricule, standing, name, created_at)
SELECT matricule,
    CASE WHEN EXISTS (SELECT 1 FROM people WHERE people.matricule = requests.matricule) THEN 'verified' ELSE 'unverified' END,
    (SELECT named.name FROM requests named WHERE named.matricule = requests.matricule AND named.name IS NOT NULL
     ORDER BY named.created_at DESC, named.reference DESC LIMIT 1),
    MIN(created_at)
FROM requests WHERE matricule IS NOT NULL GROUP BY matricule;

UPDATE requests SET requester = (SELECT id FROM requesters WHERE requesters.matricule = requests.matricule)
WHERE matricule IS NOT NULL;

INSERT INTO requester_phones (number, requester)
SELECT DISTINCT phone, requester FROM requests WHERE requester IS NOT NULL AND phone <> '';

-- The wall was not there before: what category is behind it was so from the first.
UPDATE requests SET walled = 1 WHERE category = 'QUA-DENONCIATION';

-- On SQLite only, for PostgreSQL keeps no store of an earlier version. 80 and 150 % of the delay, in days of the calendar.
UPDATE requests
SET warn_at = date(created_at, 'unixepoch',
        ((4 * CAST(julianday(due_at) - julianday(created_at, 'unixepoch', 'start of day') AS INTEGER) + 4) / 5) || ' days'),
    late_at = date(created_at, 'unixepoch',
        ((3 * CAST(julianday(due_at) - julianday(created_at, 'unixepoch', 'start of day') AS INTEGER) + 1) / 2) || ' days')
WHERE due_at IS NOT NULL;
