BEGIN TRANSACTION;
CREATE TABLE "_sqlite_migrations" (
   "id" INTEGER PRIMARY KEY,
   "migration_set" TEXT,
   "name" TEXT,
   "applied_at" TEXT
);
INSERT INTO "_sqlite_migrations" VALUES(1,'cruc','1_calls_and_requests','2026-11-25 18:04:49.664863+00:00');
INSERT INTO "_sqlite_migrations" VALUES(2,'cruc','2_people_and_agents','2026-11-25 18:04:49.665231+00:00');
INSERT INTO "_sqlite_migrations" VALUES(3,'cruc','3_distribution','2026-11-25 18:04:49.666871+00:00');
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
, ranks TEXT NOT NULL DEFAULT '{}') WITHOUT ROWID;
INSERT INTO "agents" VALUES('serge','Serge','201','agent-serge','["general"]','{"solde":3}','paused','repas',NULL,'{}');
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
, since REAL NOT NULL DEFAULT 0, priority INTEGER NOT NULL DEFAULT 0, tries INTEGER NOT NULL DEFAULT 0, due REAL NOT NULL DEFAULT 0, expires REAL NOT NULL DEFAULT 0, facts TEXT NOT NULL DEFAULT '{}', matricule TEXT, outcome TEXT);
INSERT INTO "callbacks" VALUES(1,'+2250700000002','general','full','2',1792396904.0,'open',NULL,NULL,NULL,1792396904.0,0,0,0.0,0.0,'{}',NULL,NULL);
INSERT INTO "callbacks" VALUES(2,'+2250700000005','general','closed','4',1792397104.0,'done',1792397700.0,'serge',NULL,1792397104.0,0,0,0.0,0.0,'{}',NULL,NULL);
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
INSERT INTO "calls" VALUES('1','+2250700000001','1364','v1',1792396800.0,1792396803.0,'MUET','caller','000123X',NULL,NULL,NULL,0.0,NULL,'REQ-2026-000001',1,'{"call":"1","caller":"+2250700000001","dialed":"1364","flow":"v1","started_at":1792396800.0,"ended_at":1792396803.0,"outcome":"MUET","cause":"caller","language":"fr","notice":null,"recording_refused":false,"inputs":0,"path":[],"matricule":"000123X","identified_by":"keypad","verified":false,"category":null,"request":"REQ-2026-000001","goals":[],"queue":null,"queued_at":null,"waited":null,"offer":null,"agent":null,"connected_at":null,"talked":0.0,"voice_message":null,"callback":null,"satisfaction":null,"queue_refused":null,"fulfils":null,"segments":[],"announced":[]}');
INSERT INTO "calls" VALUES('2','+2250700000002','1364','v1',1792396900.0,1792396903.0,'ABANDON_FILE','caller','000123Z','general',NULL,1.0,0.0,NULL,'REQ-2026-000002',2,'{"call":"2","caller":"+2250700000002","dialed":"1364","flow":"v1","started_at":1792396900.0,"ended_at":1792396903.0,"outcome":"ABANDON_FILE","cause":"caller","language":"fr","notice":null,"recording_refused":false,"inputs":0,"path":[],"matricule":"000123Z","identified_by":"keypad","verified":false,"category":null,"request":null,"goals":[],"queue":"general","queued_at":1792396902.0,"waited":1.0,"offer":null,"agent":null,"connected_at":null,"talked":0.0,"voice_message":null,"callback":null,"satisfaction":null,"queue_refused":null,"fulfils":null,"segments":[],"announced":[]}');
INSERT INTO "calls" VALUES('3','+2250700000003','1364','v1',1792397000.0,1792397006.0,'TRANSFERE','caller','000500A','general','serge',2.0,1.0,NULL,'REQ-2026-000003',3,'{"call":"3","caller":"+2250700000003","dialed":"1364","flow":"v1","started_at":1792397000.0,"ended_at":1792397006.0,"outcome":"TRANSFERE","cause":"caller","language":"fr","notice":null,"recording_refused":false,"inputs":0,"path":[],"matricule":"000500A","identified_by":"keypad","verified":false,"category":null,"request":null,"goals":[],"queue":"general","queued_at":1792397002.0,"waited":2.0,"offer":"o1","agent":"serge","connected_at":null,"talked":1.0,"voice_message":null,"callback":null,"satisfaction":null,"queue_refused":null,"fulfils":null,"segments":[{"agent":"serge","offer":"o1","start":1792397004.0,"end":1792397005.0,"held":0.0,"held_from":null,"to":""}],"announced":[]}');
INSERT INTO "calls" VALUES('4','','1364','v1',1792397100.0,1792397102.0,'MUET','caller',NULL,NULL,NULL,NULL,0.0,NULL,'REQ-2026-000004',4,'{"call":"4","caller":"","dialed":"1364","flow":"v1","started_at":1792397100.0,"ended_at":1792397102.0,"outcome":"MUET","cause":"caller","language":"fr","notice":null,"recording_refused":false,"inputs":0,"path":[],"matricule":null,"identified_by":null,"verified":false,"category":null,"request":null,"goals":[],"queue":null,"queued_at":null,"waited":null,"offer":null,"agent":null,"connected_at":null,"talked":0.0,"voice_message":null,"callback":null,"satisfaction":null,"queue_refused":null,"fulfils":null,"segments":[],"announced":[]}');
INSERT INTO "calls" VALUES('5','+2250700000004','1364','v1',1792397200.0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "calls" VALUES('8','+2250700000008','1364','v1',1792397220.0,1792397223.0,'ABANDON_FILE','caller',NULL,'general',NULL,1.0,0.0,NULL,'REQ-2026-000006',5,'{"call":"8","caller":"+2250700000008","dialed":"1364","flow":"v1","started_at":1792397220.0,"ended_at":1792397223.0,"outcome":"ABANDON_FILE","cause":"caller","language":"fr","notice":null,"recording_refused":false,"inputs":0,"path":[],"matricule":null,"identified_by":null,"verified":false,"category":"QUA-DENONCIATION","request":null,"goals":[],"queue":"general","queued_at":1792397222.0,"waited":1.0,"offer":null,"agent":null,"connected_at":null,"talked":0.0,"voice_message":null,"callback":null,"satisfaction":null,"queue_refused":null,"fulfils":null,"segments":[],"announced":[]}');
INSERT INTO "calls" VALUES('6','+2250700000006','1364','v1',1792397300.0,1792397302.0,'ABANDON_FILE','caller',NULL,'general',NULL,1.0,0.0,NULL,'REQ-2026-000007',6,'{"call":"6","caller":"+2250700000006","dialed":"1364","flow":"v1","started_at":1792397300.0,"ended_at":1792397302.0,"outcome":"ABANDON_FILE","cause":"caller","language":"fr","notice":null,"recording_refused":false,"inputs":0,"path":[],"matricule":null,"identified_by":null,"verified":false,"category":null,"request":null,"goals":[],"queue":"general","queued_at":1792397301.0,"waited":1.0,"offer":null,"agent":null,"connected_at":null,"talked":0.0,"voice_message":null,"callback":null,"satisfaction":null,"queue_refused":null,"fulfils":null,"segments":[],"announced":[]}');
INSERT INTO "calls" VALUES('7','+2250700000007','1364','v1',1792397400.0,1792397402.0,'ABANDON_FILE','caller',NULL,'solde',NULL,1.0,0.0,NULL,'REQ-2026-000008',7,'{"call":"7","caller":"+2250700000007","dialed":"1364","flow":"v1","started_at":1792397400.0,"ended_at":1792397402.0,"outcome":"ABANDON_FILE","cause":"caller","language":"fr","notice":null,"recording_refused":false,"inputs":0,"path":[],"matricule":null,"identified_by":null,"verified":false,"category":null,"request":null,"goals":[],"queue":"solde","queued_at":1792397401.0,"waited":1.0,"offer":null,"agent":null,"connected_at":null,"talked":0.0,"voice_message":null,"callback":null,"satisfaction":null,"queue_refused":null,"fulfils":null,"segments":[],"announced":[]}');
CREATE TABLE counters (
    name TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO "counters" VALUES('closed',7);
INSERT INTO "counters" VALUES('requests 2026',8);
CREATE TABLE flows (
    version TEXT PRIMARY KEY,
    source TEXT NOT NULL
) WITHOUT ROWID;
INSERT INTO "flows" VALUES('v1','accueil: {}
');
CREATE TABLE journal (
    call TEXT NOT NULL REFERENCES calls (id),
    seq INTEGER NOT NULL,
    at REAL NOT NULL,
    type TEXT NOT NULL,
    entry BLOB NOT NULL,
    PRIMARY KEY (call, seq)
) WITHOUT ROWID;
INSERT INTO "journal" VALUES('1',1,1792396800.0,'CallStarted',X'7B2274797065223A2243616C6C53746172746564222C226174223A313739323339363830302E302C2263616C6C223A2231222C2263616C6C6572223A222B32323530373030303030303031222C226469616C6564223A2231333634222C22666C6F77223A227631222C2263616C6C6261636B223A22227D');
INSERT INTO "journal" VALUES('1',2,1792396801.0,'Noted',X'7B2274797065223A224E6F746564222C226174223A313739323339363830312E302C2266616374223A226964656E746966696564222C2276616C7565223A5B2230303031323358222C226B6579706164225D7D');
INSERT INTO "journal" VALUES('1',3,1792396802.0,'Noted',X'7B2274797065223A224E6F746564222C226174223A313739323339363830322E302C2266616374223A2272657175657374222C2276616C7565223A225245512D323032362D303030303031227D');
INSERT INTO "journal" VALUES('1',4,1792396803.0,'CallEnded',X'7B2274797065223A2243616C6C456E646564222C226174223A313739323339363830332E302C226361757365223A2263616C6C6572227D');
INSERT INTO "journal" VALUES('2',1,1792396900.0,'CallStarted',X'7B2274797065223A2243616C6C53746172746564222C226174223A313739323339363930302E302C2263616C6C223A2232222C2263616C6C6572223A222B32323530373030303030303032222C226469616C6564223A2231333634222C22666C6F77223A227631222C2263616C6C6261636B223A22227D');
INSERT INTO "journal" VALUES('2',2,1792396901.0,'Noted',X'7B2274797065223A224E6F746564222C226174223A313739323339363930312E302C2266616374223A226964656E746966696564222C2276616C7565223A5B223030303132335A222C226B6579706164225D7D');
INSERT INTO "journal" VALUES('2',3,1792396902.0,'Noted',X'7B2274797065223A224E6F746564222C226174223A313739323339363930322E302C2266616374223A22717565756564222C2276616C7565223A2267656E6572616C227D');
INSERT INTO "journal" VALUES('2',4,1792396903.0,'CallEnded',X'7B2274797065223A2243616C6C456E646564222C226174223A313739323339363930332E302C226361757365223A2263616C6C6572227D');
INSERT INTO "journal" VALUES('3',1,1792397000.0,'CallStarted',X'7B2274797065223A2243616C6C53746172746564222C226174223A313739323339373030302E302C2263616C6C223A2233222C2263616C6C6572223A222B32323530373030303030303033222C226469616C6564223A2231333634222C22666C6F77223A227631222C2263616C6C6261636B223A22227D');
INSERT INTO "journal" VALUES('3',2,1792397001.0,'Noted',X'7B2274797065223A224E6F746564222C226174223A313739323339373030312E302C2266616374223A226964656E746966696564222C2276616C7565223A5B2230303035303041222C226B6579706164225D7D');
INSERT INTO "journal" VALUES('3',3,1792397002.0,'Noted',X'7B2274797065223A224E6F746564222C226174223A313739323339373030322E302C2266616374223A22717565756564222C2276616C7565223A2267656E6572616C227D');
INSERT INTO "journal" VALUES('3',4,1792397003.0,'Noted',X'7B2274797065223A224E6F746564222C226174223A313739323339373030332E302C2266616374223A226167656E74222C2276616C7565223A227365726765227D');
INSERT INTO "journal" VALUES('3',5,1792397004.0,'Connected',X'7B2274797065223A22436F6E6E6563746564222C226174223A313739323339373030342E302C22726566223A312C226F66666572223A226F31227D');
INSERT INTO "journal" VALUES('3',6,1792397005.0,'AgentLeft',X'7B2274797065223A224167656E744C656674222C226174223A313739323339373030352E302C22726566223A312C226F66666572223A226F31222C227265717565756564223A66616C73652C22746F223A22227D');
INSERT INTO "journal" VALUES('3',7,1792397006.0,'CallEnded',X'7B2274797065223A2243616C6C456E646564222C226174223A313739323339373030362E302C226361757365223A2263616C6C6572227D');
INSERT INTO "journal" VALUES('4',1,1792397100.0,'CallStarted',X'7B2274797065223A2243616C6C53746172746564222C226174223A313739323339373130302E302C2263616C6C223A2234222C2263616C6C6572223A22222C226469616C6564223A2231333634222C22666C6F77223A227631222C2263616C6C6261636B223A22227D');
INSERT INTO "journal" VALUES('4',2,1792397101.0,'Noted',X'7B2274797065223A224E6F746564222C226174223A313739323339373130312E302C2266616374223A22696E666F726D6564222C2276616C7565223A22686F726169726573227D');
INSERT INTO "journal" VALUES('4',3,1792397102.0,'CallEnded',X'7B2274797065223A2243616C6C456E646564222C226174223A313739323339373130322E302C226361757365223A2263616C6C6572227D');
INSERT INTO "journal" VALUES('5',1,1792397200.0,'CallStarted',X'7B2274797065223A2243616C6C53746172746564222C226174223A313739323339373230302E302C2263616C6C223A2235222C2263616C6C6572223A222B32323530373030303030303034222C226469616C6564223A2231333634222C22666C6F77223A227631222C2263616C6C6261636B223A22227D');
INSERT INTO "journal" VALUES('6',1,1792397300.0,'CallStarted',X'7B2274797065223A2243616C6C53746172746564222C226174223A313739323339373330302E302C2263616C6C223A2236222C2263616C6C6572223A222B32323530373030303030303036222C226469616C6564223A2231333634222C22666C6F77223A227631222C2263616C6C6261636B223A22227D');
INSERT INTO "journal" VALUES('6',2,1792397301.0,'Noted',X'7B2274797065223A224E6F746564222C226174223A313739323339373330312E302C2266616374223A22717565756564222C2276616C7565223A2267656E6572616C227D');
INSERT INTO "journal" VALUES('6',3,1792397302.0,'CallEnded',X'7B2274797065223A2243616C6C456E646564222C226174223A313739323339373330322E302C226361757365223A2263616C6C6572227D');
INSERT INTO "journal" VALUES('7',1,1792397400.0,'CallStarted',X'7B2274797065223A2243616C6C53746172746564222C226174223A313739323339373430302E302C2263616C6C223A2237222C2263616C6C6572223A222B32323530373030303030303037222C226469616C6564223A2231333634222C22666C6F77223A227631222C2263616C6C6261636B223A22227D');
INSERT INTO "journal" VALUES('7',2,1792397401.0,'Noted',X'7B2274797065223A224E6F746564222C226174223A313739323339373430312E302C2266616374223A22717565756564222C2276616C7565223A22736F6C6465227D');
INSERT INTO "journal" VALUES('7',3,1792397402.0,'CallEnded',X'7B2274797065223A2243616C6C456E646564222C226174223A313739323339373430322E302C226361757365223A2263616C6C6572227D');
INSERT INTO "journal" VALUES('8',1,1792397220.0,'CallStarted',X'7B2274797065223A2243616C6C53746172746564222C226174223A313739323339373232302E302C2263616C6C223A2238222C2263616C6C6572223A222B32323530373030303030303038222C226469616C6564223A2231333634222C22666C6F77223A227631222C2263616C6C6261636B223A22227D');
INSERT INTO "journal" VALUES('8',2,1792397221.0,'Noted',X'7B2274797065223A224E6F746564222C226174223A313739323339373232312E302C2266616374223A2263617465676F7279222C2276616C7565223A225155412D44454E4F4E43494154494F4E227D');
INSERT INTO "journal" VALUES('8',3,1792397222.0,'Noted',X'7B2274797065223A224E6F746564222C226174223A313739323339373232322E302C2266616374223A22717565756564222C2276616C7565223A2267656E6572616C227D');
INSERT INTO "journal" VALUES('8',4,1792397223.0,'CallEnded',X'7B2274797065223A2243616C6C456E646564222C226174223A313739323339373232332E302C226361757365223A2263616C6C6572227D');
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
INSERT INTO "moments" VALUES(1,'','Fermé demain.','moment-1',1792396800.0,NULL,'serge',NULL);
INSERT INTO "moments" VALUES(2,'solde','Panne.','moment-2',1792396800.0,1792400400.0,'serge',NULL);
CREATE TABLE outbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    request TEXT NOT NULL REFERENCES requests (reference),
    payload TEXT NOT NULL,
    created_at REAL NOT NULL,
    sent_at REAL
);
INSERT INTO "outbox" VALUES(1,'request_registered','REQ-2026-000001','{"request":"REQ-2026-000001","call":"1"}',1792396802.0,1792397300.0);
INSERT INTO "outbox" VALUES(2,'call_closed','REQ-2026-000001','{"request":"REQ-2026-000001","call":"1","outcome":"MUET"}',1792396803.0,NULL);
INSERT INTO "outbox" VALUES(3,'call_closed','REQ-2026-000002','{"request":"REQ-2026-000002","call":"2","outcome":"ABANDON_FILE"}',1792396903.0,NULL);
INSERT INTO "outbox" VALUES(4,'call_closed','REQ-2026-000003','{"request":"REQ-2026-000003","call":"3","outcome":"TRANSFERE"}',1792397006.0,NULL);
INSERT INTO "outbox" VALUES(5,'call_closed','REQ-2026-000004','{"request":"REQ-2026-000004","call":"4","outcome":"MUET"}',1792397102.0,NULL);
INSERT INTO "outbox" VALUES(6,'request_registered','REQ-2026-000005','{"request":"REQ-2026-000005","call":"5"}',1792397202.0,NULL);
INSERT INTO "outbox" VALUES(7,'call_closed','REQ-2026-000006','{"request":"REQ-2026-000006","call":"8","outcome":"ABANDON_FILE"}',1792397223.0,NULL);
INSERT INTO "outbox" VALUES(8,'call_closed','REQ-2026-000007','{"request":"REQ-2026-000007","call":"6","outcome":"ABANDON_FILE"}',1792397302.0,NULL);
INSERT INTO "outbox" VALUES(9,'call_closed','REQ-2026-000008','{"request":"REQ-2026-000008","call":"7","outcome":"ABANDON_FILE"}',1792397402.0,NULL);
CREATE TABLE people (
    matricule TEXT PRIMARY KEY,
    last_name TEXT NOT NULL,
    first_name TEXT NOT NULL,
    birth TEXT
) WITHOUT ROWID;
INSERT INTO "people" VALUES('000123X','Koné','Awa','1980-12-24');
INSERT INTO "people" VALUES('000123Z','Yao','Koffi','1975-03-02');
INSERT INTO "people" VALUES('000500A','Diabaté','Fanta',NULL);
CREATE TABLE person_phones (
    number TEXT NOT NULL,
    matricule TEXT NOT NULL REFERENCES people (matricule),
    PRIMARY KEY (number, matricule)
) WITHOUT ROWID;
INSERT INTO "person_phones" VALUES('+2250700000001','000123X');
INSERT INTO "person_phones" VALUES('+2250700000002','000123Z');
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
INSERT INTO "request_history" VALUES(1,'REQ-2026-000001',1792396802.0,'svi',NULL,'registered','enregistrement','1',NULL);
INSERT INTO "request_history" VALUES(2,'REQ-2026-000001',1792396803.0,'svi','registered','registered','appel','1','MUET');
INSERT INTO "request_history" VALUES(3,'REQ-2026-000002',1792396903.0,'svi',NULL,'registered','appel','2','ABANDON_FILE');
INSERT INTO "request_history" VALUES(4,'REQ-2026-000003',1792397006.0,'svi',NULL,'registered','appel','3','TRANSFERE');
INSERT INTO "request_history" VALUES(5,'REQ-2026-000003',1792397006.0,'serge','registered','acknowledged','prise en charge','3','TRANSFERE');
INSERT INTO "request_history" VALUES(6,'REQ-2026-000004',1792397102.0,'svi',NULL,'registered','appel','4','MUET');
INSERT INTO "request_history" VALUES(7,'REQ-2026-000004',1792397102.0,'svi','registered','closed','clôture','4','MUET');
INSERT INTO "request_history" VALUES(8,'REQ-2026-000005',1792397202.0,'svi',NULL,'registered','enregistrement','5',NULL);
INSERT INTO "request_history" VALUES(9,'REQ-2026-000006',1792397223.0,'svi',NULL,'registered','appel','8','ABANDON_FILE');
INSERT INTO "request_history" VALUES(10,'REQ-2026-000007',1792397302.0,'svi',NULL,'registered','appel','6','ABANDON_FILE');
INSERT INTO "request_history" VALUES(11,'REQ-2026-000008',1792397402.0,'svi',NULL,'registered','appel','7','ABANDON_FILE');
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
INSERT INTO "requests" VALUES('REQ-2026-000001',2026,1,'111111','1','1','ATT-TRAVAIL','registered',1792396802.0,'000123X',1,'Koné Awa','+2250700000001',1792396802.0,'2026-10-22','phone','pour la banque',NULL,NULL,NULL);
INSERT INTO "requests" VALUES('REQ-2026-000002',2026,2,'222222','2','call','INF-GENERALE','registered',1792396903.0,'000123Z',0,NULL,'+2250700000002',1792396903.0,'2026-10-19','phone',NULL,NULL,NULL,NULL);
INSERT INTO "requests" VALUES('REQ-2026-000003',2026,3,'333333','3','call','INF-GENERALE','acknowledged',1792397006.0,'000500A',0,NULL,'+2250700000003',1792397006.0,'2026-10-19','phone',NULL,NULL,NULL,NULL);
INSERT INTO "requests" VALUES('REQ-2026-000004',2026,4,'444444','4','call','INF-GENERALE','closed',1792397102.0,NULL,0,NULL,NULL,1792397102.0,'2026-10-19','phone',NULL,NULL,NULL,1792397102.0);
INSERT INTO "requests" VALUES('REQ-2026-000005',2026,5,'555555','5','1','SOL-PRIME','registered',1792397202.0,'000123X',0,NULL,'+2250700000004',1792397202.0,NULL,'phone',NULL,NULL,NULL,NULL);
INSERT INTO "requests" VALUES('REQ-2026-000006',2026,6,'666666','8','call','QUA-DENONCIATION','registered',1792397223.0,NULL,0,NULL,'+2250700000008',1792397223.0,NULL,'phone',NULL,NULL,NULL,NULL);
INSERT INTO "requests" VALUES('REQ-2026-000007',2026,7,'777777','6','call','INF-GENERALE','registered',1792397302.0,NULL,0,NULL,'+2250700000006',1792397302.0,'2026-10-19','phone',NULL,NULL,NULL,NULL);
INSERT INTO "requests" VALUES('REQ-2026-000008',2026,8,'888888','7','call','INF-GENERALE','registered',1792397402.0,NULL,0,NULL,'+2250700000007',1792397402.0,'2026-10-19','phone',NULL,NULL,NULL,NULL);
CREATE TABLE spent (
    id INTEGER PRIMARY KEY,
    agent TEXT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT NOT NULL,
    since REAL NOT NULL,
    until REAL NOT NULL,
    UNIQUE (agent, since)
);
INSERT INTO "spent" VALUES(1,'serge','paused','repas',1792397002.0,1792397010.0);
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
INSERT INTO "stays" VALUES(1,'3','general',1792397002.0,1792397002.0,1792397010.0,'answered','','serge',0,0);
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
INSERT INTO "work_items" VALUES(1,'abandoned','+2250700000002','000123Z','general','2','2',1,1792396903.0,1792396903.0,'open',NULL,NULL,NULL,NULL);
INSERT INTO "work_items" VALUES(2,'abandoned','+2250700000008',NULL,'general','8','8',1,1792397223.0,1792397223.0,'open',NULL,NULL,NULL,NULL);
INSERT INTO "work_items" VALUES(3,'abandoned','+2250700000006',NULL,'general','6','6',1,1792397302.0,1792397302.0,'open',NULL,NULL,NULL,NULL);
INSERT INTO "work_items" VALUES(4,'abandoned','+2250700000007',NULL,'solde','7','7',1,1792397402.0,1792397402.0,'closed','joint','serge',1792397600.0,'a dit merci');
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
INSERT INTO "works" VALUES(1,'o1','call','serge','general','3',1792397003.0,1792397010.0,'answered',1.0,60.0,0.0,7.0);
CREATE UNIQUE INDEX "idx__sqlite_migrations_migration_set_name"
    ON "_sqlite_migrations" ("migration_set", "name");
CREATE UNIQUE INDEX requests_open_code ON requests (code) WHERE closed_at IS NULL;
CREATE INDEX requests_of_matricule ON requests (matricule, created_at) WHERE matricule IS NOT NULL;
CREATE INDEX requests_by_time ON requests (created_at);
CREATE INDEX calls_by_time ON calls (started_at);
CREATE INDEX calls_of_caller ON calls (caller, started_at);
CREATE INDEX calls_of_matricule ON calls (matricule, started_at) WHERE matricule IS NOT NULL;
CREATE INDEX calls_open ON calls (started_at) WHERE outcome IS NULL;
CREATE TRIGGER calls_closed_once BEFORE UPDATE OF outcome, request ON calls WHEN OLD.outcome IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'a closed call is not closed again'); END;
CREATE INDEX history_of_request ON request_history (request);
CREATE TRIGGER history_is_append_only BEFORE UPDATE ON request_history
BEGIN SELECT RAISE(ABORT, 'the history of a request is never rewritten'); END;
CREATE INDEX outbox_waiting ON outbox (id) WHERE sent_at IS NULL;
CREATE UNIQUE INDEX callbacks_one_open ON callbacks (number) WHERE state = 'open';
CREATE INDEX callbacks_of_call ON callbacks (call);
CREATE INDEX phones_of_person ON person_phones (matricule);
CREATE INDEX work_open_of_number ON work_items (number) WHERE state = 'open';
CREATE INDEX work_open_of_matricule ON work_items (matricule) WHERE state = 'open';
CREATE TRIGGER work_closed_once BEFORE UPDATE ON work_items WHEN OLD.state <> 'open'
BEGIN SELECT RAISE(ABORT, 'a closed work item stays as it was closed'); END;
CREATE INDEX stays_by_time ON stays (entered);
CREATE INDEX works_by_time ON works (until);
CREATE INDEX spent_by_time ON spent (until);
CREATE INDEX calls_served_by_matricule ON calls (matricule, ended_at) WHERE outcome = 'TRANSFERE';
CREATE INDEX calls_served_by_caller ON calls (caller, ended_at) WHERE outcome = 'TRANSFERE';
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('outbox',9);
INSERT INTO "sqlite_sequence" VALUES('work_items',4);
INSERT INTO "sqlite_sequence" VALUES('callbacks',2);
INSERT INTO "sqlite_sequence" VALUES('moments',2);
COMMIT;
