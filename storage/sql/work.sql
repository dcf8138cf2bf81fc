-- Lost calls: one open item a person, by number or by matricule.

-- name: insert_work_item
INSERT INTO work_items (kind, number, matricule, queue, call, last_call, created_at, last_at)
VALUES (:kind, :number, :matricule, :queue, :call, :call, :at, :at)

-- name: open_work_items
SELECT * FROM work_items WHERE state = 'open' AND number = NULLIF(:number, '')
UNION SELECT * FROM work_items WHERE state = 'open' AND matricule = :matricule
ORDER BY created_at, id

-- name: add_to_work_item
UPDATE work_items
SET calls = calls + 1, last_call = :call, last_at = :at, number = COALESCE(NULLIF(number, ''), :number),
    matricule = COALESCE(matricule, :matricule)
WHERE id = :id

-- name: work_item
SELECT * FROM work_items WHERE id = :id

-- name: list_work_items
SELECT * FROM work_items WHERE (:state IS NULL OR state = :state) AND (:kind IS NULL OR kind = :kind)
ORDER BY created_at, id LIMIT :limit

-- name: close_work_item
UPDATE work_items
SET state = 'closed', outcome = :outcome, closed_by = :who, closed_at = :at, note = :note
WHERE id = :id AND state = 'open'
