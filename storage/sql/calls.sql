-- The calls, their journals and the flows they ran.

-- name: insert_call
INSERT INTO calls (id, caller, dialed, flow, started_at) VALUES (:id, :caller, :dialed, :flow, :started_at)

-- name: call
SELECT * FROM calls WHERE id = :id

-- name: open_calls
SELECT id FROM calls WHERE outcome IS NULL ORDER BY started_at, id

-- name: close_call
UPDATE calls
SET ended_at = :ended_at, outcome = :outcome, cause = :cause, matricule = :matricule, queue = :queue, agent = :agent,
    waited = :waited, talked = :talked, satisfaction = :satisfaction, request = :request, closed_nr = :closed_nr,
    record = :record
WHERE id = :id AND outcome IS NULL

-- name: list_calls
SELECT * FROM calls
WHERE (:since IS NULL OR started_at >= :since) AND (:outcome IS NULL OR outcome = :outcome)
  AND (:matricule IS NULL OR matricule = :matricule) AND (:caller IS NULL OR caller = :caller)
ORDER BY started_at DESC, id DESC LIMIT :limit

-- name: calls_closed_after
SELECT * FROM calls WHERE closed_nr > :after ORDER BY closed_nr LIMIT :limit

-- name: insert_entry
INSERT INTO journal (call, seq, at, type, entry) VALUES (:call, :seq, :at, :type, :entry)

-- name: entries
SELECT entry FROM journal WHERE call = :call ORDER BY seq

-- name: insert_flow
INSERT INTO flows (version, source) VALUES (:version, :source) ON CONFLICT (version) DO NOTHING

-- name: flow
SELECT source FROM flows WHERE version = :version

-- name: counter
SELECT value FROM counters WHERE name = :name

-- name: next_number
INSERT INTO counters (name, value) VALUES (:name, 1)
ON CONFLICT (name) DO UPDATE SET value = counters.value + 1 RETURNING value

-- name: served_by_matricule
SELECT agent, ended_at FROM calls
WHERE matricule = :matricule AND outcome = 'TRANSFERE' AND agent <> '' AND ended_at >= :after AND ended_at <= :at
ORDER BY ended_at DESC LIMIT 1

-- name: served_by_caller
SELECT agent, ended_at FROM calls
WHERE caller = :caller AND outcome = 'TRANSFERE' AND agent <> '' AND ended_at >= :after AND ended_at <= :at
ORDER BY ended_at DESC LIMIT 1
