-- Lost calls: one open item a person, by number or by matricule.

-- name: insert_work_item
INSERT INTO work_items (kind, number, matricule, queue, call, last_call, created_at, last_at, request)
VALUES (:kind, :number, :matricule, :queue, :call, :call, :at, :at, :request)

-- name: open_work_items
SELECT * FROM work_items WHERE state = 'open' AND number = NULLIF(:number, '')
UNION SELECT * FROM work_items WHERE state = 'open' AND matricule = :matricule
ORDER BY created_at, id

-- name: add_to_work_item
UPDATE work_items
SET calls = calls + :calls, last_call = :call, last_at = :at, request = :request,
    number = COALESCE(NULLIF(number, ''), :number), matricule = COALESCE(matricule, :matricule)
WHERE id = :id

-- name: open_work_of_request
SELECT * FROM work_items WHERE request = :request AND state = 'open' ORDER BY created_at, id

-- name: awaited
SELECT id FROM work_items WHERE request = :request AND state = 'open'
UNION ALL SELECT id FROM callbacks WHERE request = :request AND state = 'open'
LIMIT 1

-- name: work_item
SELECT * FROM work_items WHERE id = :id

-- name: list_work_items
SELECT * FROM work_items
WHERE (CAST(:state AS TEXT) IS NULL OR state = :state) AND (CAST(:kind AS TEXT) IS NULL OR kind = :kind)
ORDER BY created_at, id LIMIT :limit

-- name: close_work_item
UPDATE work_items
SET state = 'closed', outcome = :outcome, closed_by = :who, closed_at = :at, note = :note
WHERE id = :id AND state = 'open'
