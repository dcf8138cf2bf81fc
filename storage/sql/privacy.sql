-- Access log, holds, retention. Whatever is forgotten is found in batches, the oldest first.

-- name: insert_access
INSERT INTO access_log (at, who, role, act, subject, why) VALUES (:at, :who, :role, :act, :subject, :why)

-- name: accesses
SELECT * FROM access_log
WHERE (CAST(:subject AS TEXT) IS NULL OR subject = :subject) AND (CAST(:who AS TEXT) IS NULL OR who = :who)
  AND at >= :since AND at < :until
ORDER BY at DESC, id DESC LIMIT :limit

-- name: active_hold
SELECT * FROM holds WHERE request = :request AND released_at IS NULL

-- name: active_holds
SELECT * FROM holds WHERE released_at IS NULL ORDER BY at, id LIMIT :limit

-- name: insert_hold
INSERT INTO holds (request, at, who, why) VALUES (:request, :at, :who, :why)

-- name: release_hold
UPDATE holds SET released_at = :at, released_by = :who, released_why = :why WHERE request = :request AND released_at IS NULL

-- name: held_offers
SELECT works.offer FROM works JOIN calls ON calls.id = works.call
WHERE EXISTS (
    SELECT 1 FROM holds WHERE holds.released_at IS NULL AND (holds.request = calls.request OR holds.request IN (
        SELECT request_history.request FROM request_history WHERE request_history.call = calls.id)))
ORDER BY works.offer

-- name: purges_unscrubbed
SELECT id FROM purges WHERE scrubbed = 0 ORDER BY id

-- name: insert_purge
INSERT INTO purges (at, who) VALUES (:at, :who) RETURNING id

-- name: end_purge
UPDATE purges SET report = :report WHERE id = :id

-- name: purges_scrubbed
UPDATE purges SET scrubbed = 1 WHERE scrubbed = 0

-- name: purges
SELECT * FROM purges WHERE report <> '' ORDER BY at DESC, id DESC LIMIT :limit

-- name: count_due_calls
SELECT COUNT(*) AS many, MIN(started_at) AS oldest FROM calls
WHERE forgotten_at IS NULL AND started_at < :before AND outcome IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM holds WHERE holds.released_at IS NULL AND (holds.request = calls.request OR holds.request IN (
        SELECT request_history.request FROM request_history WHERE request_history.call = calls.id)))

-- name: due_calls
SELECT id, caller, matricule, record FROM calls
WHERE forgotten_at IS NULL AND started_at < :before AND outcome IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM holds WHERE holds.released_at IS NULL AND (holds.request = calls.request OR holds.request IN (
        SELECT request_history.request FROM request_history WHERE request_history.call = calls.id)))
ORDER BY started_at, id LIMIT :limit

-- name: forget_call
UPDATE calls SET caller = :caller, matricule = :matricule, record = :record, forgotten_at = :at WHERE id = :id

-- name: forget_journal
DELETE FROM journal WHERE call = :call

-- name: count_due_voice
SELECT COUNT(*) AS many, MIN(requests.closed_at) AS oldest FROM requests
WHERE voice_note IS NOT NULL AND closed_at < :before
  AND NOT EXISTS (SELECT 1 FROM holds WHERE holds.request = requests.reference AND holds.released_at IS NULL)

-- name: due_voice
SELECT reference, voice_note FROM requests
WHERE voice_note IS NOT NULL AND closed_at < :before
  AND NOT EXISTS (SELECT 1 FROM holds WHERE holds.request = requests.reference AND holds.released_at IS NULL)
ORDER BY closed_at, reference LIMIT :limit

-- name: forget_voice_note
UPDATE requests SET voice_note = NULL WHERE reference = :reference

-- name: count_due_files
SELECT COUNT(*) AS many, MIN(requests.closed_at) AS oldest FROM request_files
JOIN requests ON requests.reference = request_files.request
WHERE requests.closed_at < :before
  AND NOT EXISTS (SELECT 1 FROM holds WHERE holds.request = requests.reference AND holds.released_at IS NULL)

-- name: due_files
SELECT request_files.id, request_files.name FROM request_files
JOIN requests ON requests.reference = request_files.request
WHERE requests.closed_at < :before
  AND NOT EXISTS (SELECT 1 FROM holds WHERE holds.request = requests.reference AND holds.released_at IS NULL)
ORDER BY request_files.id LIMIT :limit

-- name: forget_file_named
DELETE FROM request_files WHERE request = :request AND name = :name

-- name: forget_file
DELETE FROM request_files WHERE id = :id

-- name: voice_kept
SELECT 1 AS kept FROM requests WHERE voice_note IN (:name, :file)
UNION SELECT 1 AS kept FROM request_files WHERE name IN (:name, :file)

-- name: count_due_requests
SELECT COUNT(*) AS many, MIN(closed_at) AS oldest FROM requests
WHERE archived_at IS NULL AND closed_at < :before
  AND NOT EXISTS (SELECT 1 FROM holds WHERE holds.request = requests.reference AND holds.released_at IS NULL)

-- name: due_requests
SELECT * FROM requests
WHERE archived_at IS NULL AND closed_at < :before
  AND NOT EXISTS (SELECT 1 FROM holds WHERE holds.request = requests.reference AND holds.released_at IS NULL)
ORDER BY closed_at, reference LIMIT :limit

-- name: count_due_unasked
SELECT COUNT(*) AS many, MIN(closed_at) AS oldest FROM requests
WHERE archived_at IS NULL AND closed_at < :before AND key = 'call' AND note IS NULL AND voice_note IS NULL
  AND answer IS NULL
  AND NOT EXISTS (SELECT 1 FROM holds WHERE holds.request = requests.reference AND holds.released_at IS NULL)

-- name: due_unasked
SELECT * FROM requests
WHERE archived_at IS NULL AND closed_at < :before AND closed_at >= :after AND key = 'call' AND note IS NULL
  AND voice_note IS NULL AND answer IS NULL
  AND NOT EXISTS (SELECT 1 FROM holds WHERE holds.request = requests.reference AND holds.released_at IS NULL)
ORDER BY closed_at, reference LIMIT :limit

-- name: archive_request
UPDATE requests
SET matricule = :matricule, name = NULL, phone = NULL, code = '', note = NULL, voice_note = NULL, answer = NULL,
    waits_for = NULL, assignee = NULL, archived_at = :at
WHERE reference = :reference

-- name: forget_history
DELETE FROM request_history WHERE request = :request AND id <= :last

-- name: forget_files
DELETE FROM request_files WHERE request = :request

-- name: forget_outbox
DELETE FROM outbox WHERE request = :request

-- name: count_due_requesters
SELECT COUNT(*) AS many, MIN(created_at) AS oldest FROM requesters
WHERE pseudonym IS NULL AND created_at < :before AND NOT EXISTS (
    SELECT 1 FROM requests WHERE requests.requester = requesters.id AND requests.archived_at IS NULL)

-- name: due_requesters
SELECT id, matricule FROM requesters
WHERE pseudonym IS NULL AND id > :after AND created_at < :before AND NOT EXISTS (
    SELECT 1 FROM requests WHERE requests.requester = requesters.id AND requests.archived_at IS NULL)
ORDER BY id LIMIT :limit

-- name: forget_numbers
DELETE FROM requester_phones WHERE requester = :requester

-- name: forget_requester
UPDATE requesters
SET matricule = NULL, name = NULL, birth = NULL, exam_number = NULL, pseudonym = :pseudonym
WHERE id = :id

-- name: count_due_accesses
SELECT COUNT(*) AS many, MIN(at) AS oldest FROM access_log WHERE at < :before

-- name: forget_accesses
DELETE FROM access_log WHERE id IN (SELECT id FROM access_log WHERE at < :before ORDER BY at, id LIMIT :limit) RETURNING id

-- name: count_due_work
SELECT COUNT(*) AS many, MIN(closed_at) AS oldest FROM work_items
WHERE state <> 'open' AND closed_at < :before
  AND NOT EXISTS (SELECT 1 FROM holds WHERE holds.request = work_items.request AND holds.released_at IS NULL)

-- name: forget_work
DELETE FROM work_items WHERE id IN (
    SELECT id FROM work_items WHERE state <> 'open' AND closed_at < :before
      AND NOT EXISTS (SELECT 1 FROM holds WHERE holds.request = work_items.request AND holds.released_at IS NULL)
    ORDER BY id LIMIT :limit)
RETURNING id

-- name: count_due_callbacks
SELECT COUNT(*) AS many, MIN(closed_at) AS oldest FROM callbacks
WHERE state <> 'open' AND closed_at < :before
  AND NOT EXISTS (SELECT 1 FROM holds WHERE holds.request = callbacks.request AND holds.released_at IS NULL)

-- name: forget_callbacks
DELETE FROM callbacks WHERE id IN (
    SELECT id FROM callbacks WHERE state <> 'open' AND closed_at < :before
      AND NOT EXISTS (SELECT 1 FROM holds WHERE holds.request = callbacks.request AND holds.released_at IS NULL)
    ORDER BY id LIMIT :limit)
RETURNING id

-- name: count_due_attempts
SELECT COUNT(*) AS many, MIN(at) AS oldest FROM factor_failures WHERE at < :before

-- name: forget_attempts
DELETE FROM factor_failures WHERE id IN (SELECT id FROM factor_failures WHERE at < :before ORDER BY at, id LIMIT :limit)
RETURNING id

-- name: count_due_outbox
SELECT COUNT(*) AS many, MIN(created_at) AS oldest FROM outbox WHERE created_at < :before

-- name: forget_old_outbox
DELETE FROM outbox WHERE id IN (SELECT id FROM outbox WHERE created_at < :before ORDER BY id LIMIT :limit) RETURNING id

-- name: count_due_holds
SELECT COUNT(*) AS many, MIN(released_at) AS oldest FROM holds WHERE released_at < :before

-- name: forget_holds
DELETE FROM holds WHERE id IN (SELECT id FROM holds WHERE released_at < :before ORDER BY id LIMIT :limit) RETURNING id

-- name: requesters_at
SELECT DISTINCT requesters.* FROM requesters JOIN requester_phones ON requester_phones.requester = requesters.id
WHERE requester_phones.number IN (SELECT value FROM json_each(:numbers))
  AND (:walled = 1 OR EXISTS (SELECT 1 FROM requests WHERE requests.requester = requesters.id AND requests.walled = 0)
    OR NOT EXISTS (SELECT 1 FROM requests WHERE requests.requester = requesters.id))
ORDER BY requesters.id

-- name: requests_of_person
SELECT * FROM requests
WHERE (requester = :requester OR (requester IS NULL AND matricule IN (SELECT value FROM json_each(:matricules)))
    OR (requester IS NULL AND matricule IS NULL AND phone IN (SELECT value FROM json_each(:numbers))))
  AND (walled = 0 OR :walled = 1)
ORDER BY created_at, reference

-- name: calls_of_person
SELECT * FROM calls
WHERE (matricule IN (SELECT value FROM json_each(:matricules))
    OR (matricule IS NULL AND caller IN (SELECT value FROM json_each(:numbers)))
    OR id IN (SELECT value FROM json_each(:calls)))
  AND (:walled = 1 OR NOT EXISTS (
    SELECT 1 FROM requests WHERE requests.walled = 1 AND (requests.reference = calls.request OR requests.call = calls.id)))
ORDER BY started_at, id

-- name: offers_of_call
SELECT offer FROM works WHERE call = :call ORDER BY offer

-- name: callbacks_of_person
SELECT * FROM callbacks
WHERE (number IN (SELECT value FROM json_each(:numbers)) OR matricule IN (SELECT value FROM json_each(:matricules)))
  AND (:walled = 1 OR NOT EXISTS (
    SELECT 1 FROM requests WHERE requests.reference = callbacks.request AND requests.walled = 1))
ORDER BY created_at, id

-- name: work_of_person
SELECT * FROM work_items
WHERE (number IN (SELECT value FROM json_each(:numbers)) OR matricule IN (SELECT value FROM json_each(:matricules)))
  AND (:walled = 1 OR NOT EXISTS (
    SELECT 1 FROM requests WHERE requests.reference = work_items.request AND requests.walled = 1))
ORDER BY created_at, id

-- name: accesses_of_person
SELECT * FROM access_log WHERE subject IN (SELECT value FROM json_each(:subjects)) AND (:walled = 1 OR act <> 'walled')
ORDER BY at, id

-- name: rectify_requester
UPDATE requesters SET name = :name, birth = :birth, matricule = :matricule, standing = :standing WHERE id = :id

-- name: drop_requester_phone
DELETE FROM requester_phones WHERE requester = :requester AND number = :number

-- name: named_requests_of
SELECT * FROM requests WHERE requester = :requester AND archived_at IS NULL ORDER BY created_at, reference

-- name: rectify_request
UPDATE requests SET name = :name, phone = :phone, matricule = :matricule, verified = :verified WHERE reference = :reference

-- name: walled_references
SELECT reference FROM requests WHERE walled = 1

-- name: walled_calls
SELECT call FROM requests WHERE walled = 1
UNION SELECT request_history.call FROM requests JOIN request_history ON request_history.request = requests.reference
WHERE requests.walled = 1
