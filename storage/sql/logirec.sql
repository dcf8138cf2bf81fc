-- The requests, what happened to them, and what is to be told about them.

-- name: insert_request
INSERT INTO requests (reference, year, number, code, call, key, category, status, since, matricule, verified, name, phone,
    created_at, due_at, channel, note, voice_note, parent, closed_at, requester, walled, warn_at, late_at)
VALUES (:reference, :year, :number, :code, :call, :key, :category, :status, :since, :matricule, :verified, :name, :phone,
    :created_at, :due_at, :channel, :note, :voice_note, :parent, :closed_at, :requester, :walled, :warn_at, :late_at)

-- name: request
SELECT * FROM requests WHERE reference = :reference

-- name: latest_request_of_call
SELECT * FROM requests WHERE call = :call ORDER BY created_at DESC, reference DESC LIMIT 1

-- name: requests_of_matricule
SELECT * FROM requests WHERE matricule = :matricule AND walled = 0 AND NOT (key = :unasked AND closed_at IS NOT NULL)
ORDER BY closed_at IS NOT NULL, created_at DESC, reference DESC LIMIT :limit

-- name: open_same
SELECT requests.reference, requests.status, requests.due_at FROM requests LEFT JOIN calls ON calls.id = requests.call
WHERE requests.matricule = :matricule AND requests.category = :category AND requests.closed_at IS NULL
    AND requests.status <> 'resolved' AND requests.key <> :unasked AND requests.walled = 0
    AND (:verified = 1 OR calls.caller = :caller)
ORDER BY requests.created_at, requests.reference LIMIT 1

-- name: list_requests
SELECT * FROM requests
WHERE (:status IS NULL OR status = :status) AND (:category IS NULL OR category = :category)
  AND (:matricule IS NULL OR matricule = :matricule) AND (:only_open = 0 OR closed_at IS NULL)
  AND (:walled = 1 OR walled = 0)
ORDER BY created_at DESC, reference DESC LIMIT :limit

-- name: insert_history
INSERT INTO request_history (request, at, who, status_from, status_to, what, call, why)
VALUES (:request, :at, :who, :status_from, :status_to, :what, :call, :why)

-- name: history
SELECT * FROM request_history WHERE request = :request ORDER BY id

-- name: insert_outbox
INSERT INTO outbox (kind, request, payload, created_at) VALUES (:kind, :request, :payload, :created_at)

-- name: outbox_waiting
SELECT * FROM outbox WHERE sent_at IS NULL ORDER BY id LIMIT :limit

-- name: outbox_sent
UPDATE outbox SET sent_at = :at WHERE id = :id AND sent_at IS NULL
