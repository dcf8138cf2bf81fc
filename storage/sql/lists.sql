-- The life of the requests: what advances, what is due, what came with it, and who asked.

-- name: advance_request
UPDATE requests
SET status = :status, since = :since, closed_at = :closed_at, waits_for = :waits_for, paused_at = :paused_at,
    resolved_at = :resolved_at, motif = :motif, answer = :answer, reopened = :reopened, parent = :parent,
    direction = :direction, assignee = :assignee, warn_at = :warn_at, due_at = :due_at, late_at = :late_at, alert = :alert
WHERE reference = :reference

-- name: duplicates
SELECT * FROM requests WHERE parent = :parent AND status = 'merged' ORDER BY reference

-- name: answer_duplicate
UPDATE requests SET motif = :motif, answer = :answer WHERE reference = :reference

-- name: relink_duplicate
UPDATE requests SET parent = :parent WHERE reference = :reference

-- name: rate_request
UPDATE requests SET satisfaction = :score WHERE reference = :reference

-- name: insert_file
INSERT INTO request_files (request, at, who, kind, name, call) VALUES (:request, :at, :who, :kind, :name, :call)

-- name: files
SELECT * FROM request_files WHERE request = :request ORDER BY id

-- name: told_in_call
SELECT id FROM request_history WHERE call = :call AND request = :request AND what = :what LIMIT 1

-- name: alerts_due
SELECT * FROM requests
WHERE closed_at IS NULL AND warn_at <= :today AND paused_at IS NULL AND status <> 'resolved'
  AND (alert < 80 OR (alert < 100 AND due_at < :today) OR (alert < 150 AND late_at < :today))
ORDER BY warn_at, reference LIMIT :limit

-- name: set_alert
UPDATE requests SET alert = :alert WHERE reference = :reference

-- name: resolved_before
SELECT * FROM requests WHERE status = 'resolved' AND resolved_at < :at ORDER BY resolved_at, reference LIMIT :limit

-- name: request_by_staff_key
SELECT * FROM requests WHERE call IS NULL AND key = :key

-- name: open_same_of_requester
SELECT * FROM requests
WHERE requester = :requester AND category = :category AND closed_at IS NULL AND status <> 'resolved' AND key <> :unasked
ORDER BY created_at, reference LIMIT 1

-- name: before_registering
SELECT b.reference AS before, q.id, q.standing, q.name, q.birth, q.direction, q.exam_number, p.matricule AS listed,
    (SELECT s.reference FROM requests s
     WHERE s.requester = q.id AND s.category = :category AND s.closed_at IS NULL AND s.status <> 'resolved'
       AND s.key <> :unasked ORDER BY s.created_at, s.reference LIMIT 1) AS same
FROM (SELECT CAST(:matricule AS TEXT) AS matricule) AS asked
LEFT JOIN requesters q ON q.matricule = asked.matricule
LEFT JOIN people p ON p.matricule = asked.matricule
LEFT JOIN requests b ON b.call = :call AND b.key = :key

-- name: requester_of_matricule
SELECT * FROM requesters WHERE matricule = :matricule

-- name: requester_at_number
SELECT requesters.* FROM requesters JOIN requester_phones ON requester_phones.requester = requesters.id
WHERE requester_phones.number = :number AND requesters.standing = 'none' ORDER BY requesters.id LIMIT 1

-- name: requester
SELECT * FROM requesters WHERE id = :id

-- name: insert_requester
INSERT INTO requesters (matricule, standing, name, birth, direction, exam_number, created_at)
VALUES (:matricule, :standing, :name, :birth, :direction, :exam_number, :at) RETURNING id

-- name: change_requester
UPDATE requesters
SET standing = :standing, name = COALESCE(:name, name), birth = COALESCE(:birth, birth),
    direction = COALESCE(:direction, direction), exam_number = COALESCE(:exam_number, exam_number)
WHERE id = :id

-- name: keep_requester_phone
INSERT INTO requester_phones (number, requester) VALUES (:number, :requester) ON CONFLICT (number, requester) DO NOTHING

-- name: requester_phones
SELECT number FROM requester_phones WHERE requester = :requester ORDER BY number
