-- Access log, holds, retention. Whatever is forgotten is found in batches, the oldest first.

-- name: insert_access
INSERT INTO access_log (at, who, role, act, subject, why) VALUES (:at, :who, :role, :act, :subject, :why)

-- name: accesses
SELECT * FROM access_log
WHERE (CAST(:subject AS TEXT) IS NULL OR subject = :subject) AND (CAST(:who AS TEXT) IS NULL OR who = :who)
  AND at >= :since AND at < :until
ORDER BY at DESC, id DESC LIMIT :limit
