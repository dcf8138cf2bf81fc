-- Wrong second factors.

-- name: factor_failures
SELECT (SELECT COUNT(*) FROM factor_failures WHERE number = :number AND at > :after) AS of_number,
    (SELECT COUNT(*) FROM factor_failures WHERE subject = :subject AND at > :after) AS of_subject

-- name: insert_factor_failure
INSERT INTO factor_failures (at, number, subject) VALUES (:at, :number, :subject)

-- name: forget_factor_failures
DELETE FROM factor_failures WHERE number = :number AND subject = :subject
