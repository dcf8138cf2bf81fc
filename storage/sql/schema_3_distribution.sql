-- Numbers called back in their place, lost calls as work, the journal of the distributor, the information of the moment.

ALTER TABLE callbacks ADD COLUMN since REAL NOT NULL DEFAULT 0;

ALTER TABLE callbacks ADD COLUMN priority INTEGER NOT NULL DEFAULT 0;

ALTER TABLE callbacks ADD COLUMN tries INTEGER NOT NULL DEFAULT 0;

ALTER TABLE callbacks ADD COLUMN due REAL NOT NULL DEFAULT 0;

ALTER TABLE callbacks ADD COLUMN expires REAL NOT NULL DEFAULT 0;

ALTER TABLE callbacks ADD COLUMN facts TEXT NOT NULL DEFAULT '{}';

ALTER TABLE callbacks ADD COLUMN matricule TEXT;

ALTER TABLE callbacks ADD COLUMN outcome TEXT;

UPDATE callbacks
SET since = created_at, matricule = (SELECT calls.matricule FROM calls WHERE calls.id = callbacks.call);

ALTER TABLE agents ADD COLUMN ranks TEXT NOT NULL DEFAULT '{}';

-- A call that nobody took, until somebody says what became of it.
CREATE TABLE work_items (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    number TEXT NOT NULL,
    matricule TEXT,
    queue TEXT,
    call TEXT NOT NULL,
    last_call TEXT NOT NULL,
    calls INTEGER NOT NULL DEFAULT 1,
    created_at REAL NOT NULL,
    last_at REAL NOT NULL,
    state TEXT NOT NULL DEFAULT 'open',
    outcome TEXT,
    closed_by TEXT,
    closed_at REAL,
    note TEXT,
    CHECK ((state = 'open') = (outcome IS NULL))
);

CREATE INDEX work_open_of_number ON work_items (number) WHERE state = 'open';

CREATE INDEX work_open_of_matricule ON work_items (matricule) WHERE state = 'open';

CREATE TRIGGER work_closed_once BEFORE UPDATE ON work_items WHEN OLD.state <> 'open'
BEGIN SELECT RAISE(ABORT, 'a closed work item stays as it was closed'); END;

CREATE TABLE stays (
    id INTEGER PRIMARY KEY,
    call TEXT NOT NULL,
    queue TEXT NOT NULL,
    since REAL NOT NULL,
    entered REAL NOT NULL,
    until REAL NOT NULL,
    "end" TEXT NOT NULL,
    why TEXT NOT NULL,
    agent TEXT NOT NULL,
    priority INTEGER NOT NULL,
    callback INTEGER NOT NULL,
    UNIQUE (call, queue, entered)
);

CREATE INDEX stays_by_time ON stays (entered);

CREATE TABLE works (
    id INTEGER PRIMARY KEY,
    offer TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    agent TEXT NOT NULL,
    queue TEXT NOT NULL,
    call TEXT NOT NULL,
    at REAL NOT NULL,
    until REAL NOT NULL,
    "end" TEXT NOT NULL,
    rang REAL NOT NULL,
    talked REAL NOT NULL,
    held REAL NOT NULL,
    wrapped REAL NOT NULL
);

-- By their ends: what ended before a period is most of the table, what begins after it is little.
CREATE INDEX works_by_time ON works (until);

CREATE TABLE spent (
    id INTEGER PRIMARY KEY,
    agent TEXT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT NOT NULL,
    since REAL NOT NULL,
    until REAL NOT NULL,
    UNIQUE (agent, since)
);

CREATE INDEX spent_by_time ON spent (until);

-- Who served this person last: asked for each caller who joins a queue with a favourite agent.
CREATE INDEX calls_served_by_matricule ON calls (matricule, ended_at) WHERE outcome = 'TRANSFERE';

CREATE INDEX calls_served_by_caller ON calls (caller, ended_at) WHERE outcome = 'TRANSFERE';

-- What all callers hear first. The queue is '' for all of them; without an end it lasts until somebody ends it.
CREATE TABLE moments (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    queue TEXT NOT NULL,
    prompt TEXT NOT NULL,
    sound TEXT NOT NULL,
    since REAL NOT NULL,
    until REAL,
    who TEXT NOT NULL,
    ended_at REAL
);
