-- The information of the moment.

-- name: insert_moment
INSERT INTO moments (queue, prompt, sound, since, until, who) VALUES (:queue, :prompt, :sound, :since, :until, :who)
RETURNING id

-- name: cut_moments
UPDATE moments SET ended_at = :since
WHERE queue = :queue AND (ended_at IS NULL OR ended_at > :since) AND (until IS NULL OR until > :since)
  AND (:until IS NULL OR since < :until)

-- name: moments_at
SELECT * FROM moments
WHERE since <= :at AND (until IS NULL OR until > :at) AND (ended_at IS NULL OR ended_at > :at) ORDER BY queue, id

-- name: moment
SELECT * FROM moments WHERE id = :id

-- name: end_moment
UPDATE moments SET ended_at = :at WHERE id = :id
