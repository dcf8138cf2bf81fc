-- The words of the requests, and the lists of requests. A request's number here is its year and seven places.

-- name: put_request_words
REPLACE INTO request_words (rowid, words) VALUES (:id, :words)

-- name: words_of_request
SELECT words FROM request_words WHERE rowid = :id

-- name: forget_request_words
DELETE FROM request_words WHERE rowid = :id

-- name: forget_stray_words
DELETE FROM request_words WHERE rowid NOT IN (SELECT year * 10000000 + number FROM requests)

-- name: requests_after
SELECT * FROM requests WHERE (year, number) > (:year, :number) ORDER BY year, number LIMIT :limit

-- name: count_requests
SELECT COUNT(*) AS n FROM requests

-- name: words_version
SELECT value FROM counters WHERE name = 'words'

-- name: set_words_version
INSERT INTO counters (name, value) VALUES ('words', :version) ON CONFLICT (name) DO UPDATE SET value = excluded.value

-- What follows are parts: `storage.composed` puts a form, an order and conditions together, and nothing else.

-- part: listed
SELECT r.* FROM requests r WHERE {where} ORDER BY {order} LIMIT :limit

-- part: walked
SELECT r.reference, r.created_at, r.since, r.due_at, r.year, r.number, w.words
FROM requests r CROSS JOIN request_words w WHERE w.rowid = r.year * 10000000 + r.number AND {where} ORDER BY {order} LIMIT :limit

-- part: matched
SELECT r.*, w.words FROM (
    SELECT r.reference, r.created_at, r.since, r.due_at, r.year, r.number FROM ({ids}) AS found CROSS JOIN requests r
    WHERE r.year = found.id / 10000000 AND r.number = found.id % 10000000 AND {where} ORDER BY {order} LIMIT :limit
) AS r LEFT JOIN request_words w ON w.rowid = r.year * 10000000 + r.number ORDER BY {order}

-- part: some
SELECT COUNT(*) AS n FROM ({ids} LIMIT :limit) AS found

-- part: begin
SELECT COUNT(*) AS n FROM (SELECT rowid FROM request_words WHERE request_words MATCH :match LIMIT :limit) AS found

-- part: counted
SELECT COUNT(*) AS n FROM requests r WHERE {where}

-- part: counted_matched
SELECT COUNT(*) AS n FROM ({ids}) AS found CROSS JOIN requests r
WHERE r.year = found.id / 10000000 AND r.number = found.id % 10000000 AND {where}

-- part: ids_words
SELECT rowid AS id FROM request_words WHERE request_words MATCH :match

-- part: ids_whole_words
SELECT rowid AS id FROM request_words WHERE request_words MATCH :match_whole

-- part: ids_reference
SELECT year * 10000000 + number AS id FROM requests WHERE reference = :told_reference

-- part: ids_phone
SELECT year * 10000000 + number AS id FROM requests WHERE phone IN (:told_phone, :told_plus, :told_code)

-- part: ids_matricule
SELECT year * 10000000 + number AS id FROM requests WHERE matricule = :told_matricule

-- part: order_newest
r.created_at DESC, r.year DESC, r.number DESC

-- part: after_newest
(r.created_at, r.year, r.number) < (:key, :key_year, :key_number)

-- part: order_oldest
r.created_at, r.year, r.number

-- part: after_oldest
(r.created_at, r.year, r.number) > (:key, :key_year, :key_number)

-- part: order_updated
r.since DESC, r.year DESC, r.number DESC

-- part: after_updated
(r.since, r.year, r.number) < (:key, :key_year, :key_number)

-- part: order_due
r.due_at, r.year, r.number

-- part: after_due
(r.due_at, r.year, r.number) > (:key, :key_year, :key_number)

-- part: order_reference
r.year, r.number

-- part: after_reference
(r.year, r.number) > (:key_year, :key_number)

-- part: promised
r.closed_at IS NULL AND r.due_at IS NOT NULL

-- part: not_promised
(r.closed_at IS NOT NULL OR r.due_at IS NULL)

-- part: of_phase
r.status = :phase

-- part: status
r.status = :status

-- part: statuses
+r.status IN (SELECT value FROM json_each(:statuses))

-- part: these
r.reference IN (SELECT value FROM json_each(:these))

-- part: category
r.category = :category

-- part: categories
+r.category IN (SELECT value FROM json_each(:categories))

-- part: direction
r.direction = :direction

-- part: assignee
r.assignee = :assignee

-- part: channel
r.channel = :channel

-- part: matricule
r.matricule = :matricule

-- part: requester
r.requester = :requester

-- part: parent
r.parent = :parent

-- part: since
r.created_at >= :since

-- part: until
r.created_at < :until

-- part: open
r.closed_at IS NULL

-- part: due_by
r.closed_at IS NULL AND r.due_at >= :due_from AND r.due_at <= :due_to AND r.status <> 'resolved' AND r.paused_at IS NULL

-- part: overdue
r.closed_at IS NULL AND r.due_at < :due_from AND r.status <> 'resolved' AND r.paused_at IS NULL

-- part: alert
r.closed_at IS NULL AND r.alert > 0 AND r.status <> 'resolved'

-- part: asked
r.key <> 'call'

-- part: calls
r.key = 'call'

-- part: reopened
r.reopened > 0

-- part: not_walled
r.walled = 0
