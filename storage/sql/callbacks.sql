-- The numbers to call back. One that is being dialled is open like the others.

-- name: insert_callback
INSERT INTO callbacks (number, queue, reason, call, created_at, since, priority, expires, facts, matricule, request)
VALUES (:number, :queue, :reason, :call, :created_at, :since, :priority, :expires, :facts, :matricule, :request)

-- name: open_callback
SELECT * FROM callbacks WHERE number = :number AND state = 'open'

-- name: advance_callback
UPDATE callbacks SET since = :since WHERE id = :id AND state = 'open'

-- name: callback
SELECT * FROM callbacks WHERE id = :id

-- name: callbacks_of_call
SELECT * FROM callbacks WHERE call = :call ORDER BY id

-- name: list_callbacks
SELECT * FROM callbacks WHERE (CAST(:state AS TEXT) IS NULL OR state = :state) ORDER BY since, id LIMIT :limit

-- name: try_callback
UPDATE callbacks SET tries = :tries, due = :due, queue = COALESCE(:queue, queue) WHERE id = :id AND state = 'open'

-- name: close_callback
UPDATE callbacks SET state = :state, closed_at = :at, closed_by = :who, outcome = :outcome WHERE id = :id AND state = 'open'

-- name: link_callbacks
UPDATE callbacks SET request = COALESCE(request, :request), matricule = COALESCE(matricule, :matricule) WHERE call = :call

-- name: lend_to_callback
UPDATE callbacks SET request = :request
WHERE number = :number AND state = 'open' AND (request IS NULL OR EXISTS (
    SELECT 1 FROM requests
    WHERE requests.reference = callbacks.request AND (requests.closed_at IS NOT NULL OR requests.status = 'resolved')
))

-- name: lend_to_fulfilled
UPDATE callbacks SET request = :request
WHERE id = :id AND (request IS NULL OR EXISTS (
    SELECT 1 FROM requests
    WHERE requests.reference = callbacks.request AND (requests.closed_at IS NOT NULL OR requests.status = 'resolved')
))
