-- What PostgreSQL says differently: lists as JSON.

-- name: phones_of
SELECT number, matricule FROM person_phones WHERE matricule = ANY (ARRAY(
    SELECT value FROM jsonb_array_elements_text(CAST(:matricules AS JSONB))))
ORDER BY matricule, number

-- name: people_of
SELECT * FROM people WHERE matricule = ANY (ARRAY(
    SELECT value FROM jsonb_array_elements_text(CAST(:matricules AS JSONB)))) ORDER BY matricule

-- name: people_named
SELECT w.matricule, w.word FROM person_words w
    CROSS JOIN LATERAL (SELECT words FROM people WHERE people.matricule = w.matricule OFFSET 0) p
WHERE w.word >= :first AND w.word < :first || '{' AND p.words LIKE :first_like AND p.words LIKE :second_like
    AND p.words LIKE :third_like AND p.words LIKE :fourth_like
ORDER BY w.word, w.matricule LIMIT :limit

-- name: insert_name_words
INSERT INTO person_words (word, matricule)
SELECT w.value, p.matricule FROM people p
    CROSS JOIN UNNEST(STRING_TO_ARRAY(TRIM(p.words), ' ')) AS w (value)
WHERE p.matricule = :matricule AND w.value <> ''
ON CONFLICT DO NOTHING

-- name: forget_name_words
DELETE FROM person_words WHERE (word, matricule) IN (
    SELECT w.value, p.matricule FROM people p
    CROSS JOIN UNNEST(STRING_TO_ARRAY(TRIM(p.words), ' ')) AS w (value)
    WHERE p.matricule = :matricule)

-- name: candidates
SELECT m.value AS matricule,
    EXISTS (SELECT 1 FROM people p WHERE p.matricule = m.value) AS listed,
    EXISTS (SELECT 1 FROM person_phones n WHERE n.matricule = m.value
        AND n.number IN (:number, :national, :written)) AS phone,
    (SELECT COUNT(*) FROM calls c WHERE c.caller IN (:number, :national, :written) AND c.matricule = m.value
        AND c.started_at < :at) AS calls
FROM jsonb_array_elements_text(CAST(:matricules AS JSONB)) AS m (value) ORDER BY matricule

-- name: stage_people
INSERT INTO staged_people (token, number, matricule, last_name, first_name, birth, direction, phones, words, fields)
SELECT :token, number, matricule, last_name, first_name, birth, direction, phones, words, fields FROM (
    SELECT r.number, r.matricule, r.last_name, r.first_name, r.phones, r.words,
        CASE WHEN :has_birth = 1 THEN r.birth ELSE p.birth END AS birth,
        CASE WHEN :has_direction = 1 THEN r.direction ELSE p.direction END AS direction,
        CASE WHEN p.matricule IS NULL THEN 'new' ELSE
            CASE WHEN p.last_name <> r.last_name THEN 'last_name,' ELSE '' END
            || CASE WHEN p.first_name <> r.first_name THEN 'first_name,' ELSE '' END
            || CASE WHEN :has_birth = 1 AND p.birth IS DISTINCT FROM r.birth THEN 'birth,' ELSE '' END
            || CASE WHEN :has_direction = 1 AND p.direction IS DISTINCT FROM r.direction THEN 'direction,' ELSE '' END
            || CASE WHEN :has_phones = 1 AND CAST(r.phones AS JSONB) <> (
            SELECT COALESCE(jsonb_agg(number ORDER BY number), CAST('[]' AS JSONB))
            FROM person_phones n WHERE n.matricule = r.matricule)
                THEN 'phones,' ELSE '' END
        END AS fields
    FROM (
        SELECT value ->> 0 AS matricule, value ->> 1 AS last_name, value ->> 2 AS first_name, value ->> 3 AS birth,
            value ->> 4 AS direction, value ->> 5 AS phones, value ->> 6 AS words,
            CAST(value ->> 7 AS BIGINT) AS number
        FROM jsonb_array_elements(CAST(:rows AS JSONB)) AS each_row (value)
    ) r LEFT JOIN people p ON p.matricule = r.matricule
) s WHERE fields <> ''
RETURNING fields

-- name: stage_words
INSERT INTO person_words (word, matricule)
SELECT w.value, s.matricule FROM staged_people s
    CROSS JOIN UNNEST(STRING_TO_ARRAY(TRIM(s.words), ' ')) AS w (value)
WHERE s.token = :token AND w.value >= :first AND w.value < :last AND (s.fields = 'new' OR s.fields LIKE '%name,%')
ORDER BY w.value, s.matricule
ON CONFLICT DO NOTHING

-- name: keep_former
INSERT INTO former_people (matricule, last_name, first_name, birth, direction, phones, words, fields)
SELECT p.matricule, p.last_name, p.first_name, p.birth, p.direction, (
            SELECT COALESCE(CAST(jsonb_agg(number ORDER BY number) AS TEXT), '[]')
            FROM person_phones n WHERE n.matricule = p.matricule), p.words, s.fields
FROM staged_people s JOIN people p ON p.matricule = s.matricule WHERE s.token = :token AND s.fields <> 'new'

-- name: take_phones
INSERT INTO person_phones (number, matricule)
SELECT n.value, s.matricule FROM staged_people s
    CROSS JOIN jsonb_array_elements_text(CAST(s.phones AS JSONB)) AS n (value)
WHERE s.token = :token AND (s.fields = 'new' OR s.fields LIKE '%phones,%') ORDER BY n.value, s.matricule
ON CONFLICT DO NOTHING

-- name: drop_changed_words
DELETE FROM person_words WHERE (word, matricule) IN (
    SELECT w.value, f.matricule
    FROM former_people f
    CROSS JOIN UNNEST(STRING_TO_ARRAY(TRIM(f.words), ' ')) AS w (value)
    JOIN people p ON p.matricule = f.matricule
    WHERE f.fields LIKE '%name,%' AND p.words NOT LIKE '% ' || w.value || ' %')

-- name: restore_phones
INSERT INTO person_phones (number, matricule)
SELECT n.value, f.matricule FROM former_people f JOIN people p ON p.matricule = f.matricule
    CROSS JOIN jsonb_array_elements_text(CAST(f.phones AS JSONB)) AS n (value)
WHERE f.fields LIKE '%phones,%'
ON CONFLICT DO NOTHING

-- name: restore_words
INSERT INTO person_words (word, matricule)
SELECT w.value, f.matricule FROM former_people f JOIN people p ON p.matricule = f.matricule
    CROSS JOIN UNNEST(STRING_TO_ARRAY(TRIM(f.words), ' ')) AS w (value)
WHERE f.fields LIKE '%name,%' AND w.value <> ''
ON CONFLICT DO NOTHING

-- name: clear_staged_words
DELETE FROM person_words USING (
    SELECT s.matricule, w.value
    FROM (SELECT matricule, words FROM staged_people ORDER BY token, number LIMIT :limit) s
        CROSS JOIN UNNEST(STRING_TO_ARRAY(TRIM(s.words), ' ')) AS w (value)
    WHERE NOT EXISTS (SELECT 1 FROM people p WHERE p.matricule = s.matricule AND p.words LIKE '% ' || w.value || ' %')) gone
WHERE person_words.word = gone.value AND person_words.matricule = gone.matricule
