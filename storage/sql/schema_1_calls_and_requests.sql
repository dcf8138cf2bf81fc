-- Times are UTC seconds (REAL), days are ISO text, structures are JSON text.
-- Statements are separated by an empty line.

CREATE TABLE counters (
    name TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE flows (
    version TEXT PRIMARY KEY,
    source TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE requests (
    reference TEXT PRIMARY KEY,
    year INTEGER NOT NULL,
    number INTEGER NOT NULL,
    code TEXT NOT NULL,
    call TEXT REFERENCES calls (id) DEFERRABLE INITIALLY DEFERRED,
    key TEXT NOT NULL,
    category TEXT NOT NULL,
    status TEXT NOT NULL,
    since REAL NOT NULL,
    matricule TEXT,
    verified INTEGER NOT NULL,
    name TEXT,
    phone TEXT,
    created_at REAL NOT NULL,
    due_at TEXT,
    channel TEXT NOT NULL,
    note TEXT,
    voice_note TEXT,
    parent TEXT REFERENCES requests (reference),
    closed_at REAL,
    UNIQUE (year, number),
    UNIQUE (call, key)
);

CREATE UNIQUE INDEX requests_open_code ON requests (code) WHERE closed_at IS NULL;

CREATE INDEX requests_of_matricule ON requests (matricule, created_at) WHERE matricule IS NOT NULL;

CREATE INDEX requests_by_time ON requests (created_at);

CREATE TABLE calls (
    id TEXT PRIMARY KEY,
    caller TEXT NOT NULL,
    dialed TEXT NOT NULL,
    flow TEXT NOT NULL,
    started_at REAL NOT NULL,
    ended_at REAL,
    outcome TEXT,
    cause TEXT,
    matricule TEXT,
    queue TEXT,
    agent TEXT,
    waited REAL,
    talked REAL,
    satisfaction INTEGER,
    request TEXT REFERENCES requests (reference),
    closed_nr INTEGER UNIQUE,
    record TEXT
);

CREATE INDEX calls_by_time ON calls (started_at);

CREATE INDEX calls_of_caller ON calls (caller, started_at);

CREATE INDEX calls_of_matricule ON calls (matricule, started_at) WHERE matricule IS NOT NULL;

CREATE INDEX calls_open ON calls (started_at) WHERE outcome IS NULL;

-- One record, closed once: its outcome and its request stay.
CREATE TRIGGER calls_closed_once BEFORE UPDATE OF outcome, request ON calls WHEN OLD.outcome IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'a closed call is not closed again'); END;

CREATE TABLE journal (
    call TEXT NOT NULL REFERENCES calls (id),
    seq INTEGER NOT NULL,
    at REAL NOT NULL,
    type TEXT NOT NULL,
    entry BLOB NOT NULL,
    PRIMARY KEY (call, seq)
) WITHOUT ROWID;

CREATE TABLE request_history (
    id INTEGER PRIMARY KEY,
    request TEXT NOT NULL REFERENCES requests (reference),
    at REAL NOT NULL,
    who TEXT NOT NULL,
    status_from TEXT,
    status_to TEXT NOT NULL,
    what TEXT NOT NULL,
    call TEXT,
    why TEXT
);

CREATE INDEX history_of_request ON request_history (request);

CREATE TRIGGER history_is_append_only BEFORE UPDATE ON request_history
BEGIN SELECT RAISE(ABORT, 'the history of a request is never rewritten'); END;

CREATE TABLE outbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    request TEXT NOT NULL REFERENCES requests (reference),
    payload TEXT NOT NULL,
    created_at REAL NOT NULL,
    sent_at REAL
);

CREATE INDEX outbox_waiting ON outbox (id) WHERE sent_at IS NULL;

CREATE TABLE callbacks (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    number TEXT NOT NULL,
    queue TEXT NOT NULL,
    reason TEXT NOT NULL,
    call TEXT NOT NULL,
    created_at REAL NOT NULL,
    state TEXT NOT NULL DEFAULT 'open',
    closed_at REAL,
    closed_by TEXT,
    request TEXT REFERENCES requests (reference)
);

CREATE UNIQUE INDEX callbacks_one_open ON callbacks (number) WHERE state = 'open';

CREATE INDEX callbacks_of_call ON callbacks (call);
