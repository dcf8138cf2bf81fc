-- What PostgreSQL says of the words of requests. Lexemes go in and out as they are made: an array, and a tsquery cast.

-- name: put_request_words
INSERT INTO request_words (id, words) VALUES (:id, array_to_tsvector(string_to_array(:words, ' ')))
ON CONFLICT (id) DO UPDATE SET words = excluded.words

-- name: words_of_request
SELECT array_to_string(tsvector_to_array(words), ' ') AS words FROM request_words WHERE id = :id

-- name: forget_request_words
DELETE FROM request_words WHERE id = :id

-- name: forget_stray_words
DELETE FROM request_words WHERE id NOT IN (SELECT year * 10000000 + number FROM requests)

-- part: walked
SELECT r.reference, r.created_at, r.since, r.due_at, r.year, r.number,
    array_to_string(tsvector_to_array(w.words), ' ') AS words
FROM requests r JOIN request_words w ON w.id = r.year * 10000000 + r.number
WHERE {where} ORDER BY {order} LIMIT :limit

-- part: matched
SELECT r.*, array_to_string(tsvector_to_array(w.words), ' ') AS words FROM (
    SELECT r.reference, r.created_at, r.since, r.due_at, r.year, r.number FROM ({ids}) AS found CROSS JOIN requests r
    WHERE r.year = found.id / 10000000 AND r.number = found.id % 10000000 AND {where} ORDER BY {order} LIMIT :limit
) AS r LEFT JOIN request_words w ON w.id = r.year * 10000000 + r.number ORDER BY {order}

-- part: begin
SELECT 0 AS n

-- part: ids_whole_words
SELECT id FROM request_words WHERE words @@ CAST(CAST(:query AS TEXT) AS tsquery)

-- part: ids_words
SELECT id FROM request_words WHERE words @@ CAST(CAST(:query AS TEXT) AS tsquery)

-- part: statuses
r.status IN (SELECT json_array_elements_text(CAST(CAST(:statuses AS TEXT) AS json)))

-- part: categories
r.category IN (SELECT json_array_elements_text(CAST(CAST(:categories AS TEXT) AS json)))

-- part: these
r.reference IN (SELECT json_array_elements_text(CAST(CAST(:these AS TEXT) AS json)))
