-- The directory: looking people up, and imports. Lists travel as JSON text: one statement takes a thousand rows.

-- name: put_person
INSERT INTO people (matricule, last_name, first_name, birth, direction, words)
VALUES (:matricule, :last_name, :first_name, :birth, :direction, :words)
ON CONFLICT (matricule) DO UPDATE SET last_name = excluded.last_name, first_name = excluded.first_name,
    birth = excluded.birth, direction = excluded.direction, words = excluded.words

-- name: delete_person
DELETE FROM people WHERE matricule = :matricule

-- name: person
SELECT * FROM people WHERE matricule = :matricule

-- name: people_with_digits
SELECT matricule FROM people WHERE matricule > :digits AND matricule < :digits || '[' ORDER BY matricule

-- name: forget_phones
DELETE FROM person_phones WHERE matricule = :matricule

-- name: insert_phone
INSERT INTO person_phones (number, matricule) VALUES (:number, :matricule)

-- name: phones
SELECT number FROM person_phones WHERE matricule = :matricule ORDER BY number

-- name: phones_of
SELECT number, matricule FROM person_phones WHERE matricule IN (SELECT value FROM json_each(:matricules))
ORDER BY matricule, number

-- name: people_of
SELECT * FROM people WHERE matricule IN (SELECT value FROM json_each(:matricules)) ORDER BY matricule

-- name: people_at
SELECT DISTINCT matricule FROM person_phones WHERE number IN (:number, :national, :written)
ORDER BY matricule LIMIT :limit

-- name: people_named
SELECT w.matricule, w.word FROM person_words w JOIN people p ON p.matricule = w.matricule
WHERE w.word >= :first AND w.word < :first || '{' AND p.words LIKE :first_like AND p.words LIKE :second_like
    AND p.words LIKE :third_like AND p.words LIKE :fourth_like
ORDER BY w.word, w.matricule LIMIT :limit

-- name: people_without_words
SELECT matricule, last_name, first_name FROM people WHERE words = '' ORDER BY matricule LIMIT :limit

-- name: put_name_words
UPDATE people SET words = :words WHERE matricule = :matricule

-- name: insert_name_words
INSERT INTO person_words (word, matricule)
SELECT w.value, p.matricule FROM people p
    CROSS JOIN json_each('["' || REPLACE(TRIM(p.words), ' ', '","') || '"]') w
WHERE p.matricule = :matricule AND w.value <> ''
ON CONFLICT DO NOTHING

-- name: forget_name_words
DELETE FROM person_words WHERE (word, matricule) IN (
    SELECT w.value, p.matricule FROM people p
    CROSS JOIN json_each('["' || REPLACE(TRIM(p.words), ' ', '","') || '"]') w
    WHERE p.matricule = :matricule)

-- name: candidates
SELECT m.value AS matricule,
    EXISTS (SELECT 1 FROM people p WHERE p.matricule = m.value) AS listed,
    EXISTS (SELECT 1 FROM person_phones n WHERE n.matricule = m.value
        AND n.number IN (:number, :national, :written)) AS phone,
    (SELECT COUNT(*) FROM calls c WHERE c.caller IN (:number, :national, :written) AND c.matricule = m.value
        AND c.started_at < :at) AS calls
FROM json_each(:matricules) m ORDER BY matricule

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
            || CASE WHEN :has_phones = 1 AND r.phones <> (SELECT json_group_array(number) FROM (
                    SELECT number FROM person_phones n WHERE n.matricule = r.matricule ORDER BY number))
                THEN 'phones,' ELSE '' END
        END AS fields
    FROM (
        SELECT json_extract(value, '$[0]') AS matricule, json_extract(value, '$[1]') AS last_name,
            json_extract(value, '$[2]') AS first_name, json_extract(value, '$[3]') AS birth,
            json_extract(value, '$[4]') AS direction, json_extract(value, '$[5]') AS phones,
            json_extract(value, '$[6]') AS words, json_extract(value, '$[7]') AS number
        FROM json_each(:rows)
    ) r LEFT JOIN people p ON p.matricule = r.matricule
) s WHERE fields <> ''
RETURNING fields

-- name: stage_words
INSERT INTO person_words (word, matricule)
SELECT w.value, s.matricule FROM staged_people s
    CROSS JOIN json_each('["' || REPLACE(TRIM(s.words), ' ', '","') || '"]') w
WHERE s.token = :token AND w.value >= :first AND w.value < :last AND (s.fields = 'new' OR s.fields LIKE '%name,%')
ORDER BY w.value, s.matricule
ON CONFLICT DO NOTHING

-- name: count_staged
SELECT COUNT(*) AS staged FROM staged_people WHERE token = :token

-- name: insert_import
INSERT INTO imports (at, who, file, sha256, added, changed, same, refused)
VALUES (:at, :who, :file, :sha256, :added, :changed, :same, :refused)
RETURNING *

-- name: confirm_import
UPDATE imports SET refused = refused WHERE id = :import

-- name: import_in_force
SELECT * FROM imports WHERE undone_at IS NULL ORDER BY id DESC LIMIT 1

-- name: list_imports
SELECT * FROM imports ORDER BY id DESC LIMIT :limit

-- name: undo_import
UPDATE imports SET undone_at = :at, undone_by = :who WHERE id = :import RETURNING *

-- name: forget_former
DELETE FROM former_people

-- name: keep_former
INSERT INTO former_people (matricule, last_name, first_name, birth, direction, phones, words, fields)
SELECT p.matricule, p.last_name, p.first_name, p.birth, p.direction, (SELECT json_group_array(number) FROM (
        SELECT number FROM person_phones n WHERE n.matricule = p.matricule ORDER BY number)), p.words, s.fields
FROM staged_people s JOIN people p ON p.matricule = s.matricule WHERE s.token = :token AND s.fields <> 'new'

-- name: list_former
SELECT matricule, fields FROM former_people ORDER BY matricule LIMIT :limit

-- name: take_people
INSERT INTO people (matricule, last_name, first_name, birth, direction, words, added_by)
SELECT matricule, last_name, first_name, birth, direction, words, CAST(:import AS INTEGER) FROM staged_people
WHERE token = :token ORDER BY matricule
ON CONFLICT (matricule) DO UPDATE SET last_name = excluded.last_name, first_name = excluded.first_name,
    birth = excluded.birth, direction = excluded.direction, words = excluded.words

-- name: drop_changed_phones
DELETE FROM person_phones
WHERE matricule IN (SELECT matricule FROM staged_people WHERE token = :token AND fields LIKE '%phones,%')

-- name: take_phones
INSERT INTO person_phones (number, matricule)
SELECT n.value, s.matricule FROM staged_people s
    CROSS JOIN json_each(s.phones) n
WHERE s.token = :token AND (s.fields = 'new' OR s.fields LIKE '%phones,%') ORDER BY n.value, s.matricule
ON CONFLICT DO NOTHING

-- name: drop_changed_words
DELETE FROM person_words WHERE (word, matricule) IN (
    SELECT w.value, f.matricule
    FROM former_people f
    CROSS JOIN json_each('["' || REPLACE(TRIM(f.words), ' ', '","') || '"]') w
    JOIN people p ON p.matricule = f.matricule
    WHERE f.fields LIKE '%name,%' AND p.words NOT LIKE '% ' || w.value || ' %')

-- name: drop_staged
DELETE FROM staged_people

-- name: stage_added
INSERT INTO staged_people (token, number, matricule, last_name, first_name, phones, words, fields)
SELECT :token, ROW_NUMBER() OVER (ORDER BY matricule), matricule, '', '', '[]', words, 'gone'
FROM people WHERE added_by = :import

-- name: stage_renamed
INSERT INTO staged_people (token, number, matricule, last_name, first_name, phones, words, fields)
SELECT :token, ROW_NUMBER() OVER (ORDER BY p.matricule), p.matricule, '', '', '[]', p.words, 'gone'
FROM former_people f JOIN people p ON p.matricule = f.matricule WHERE f.fields LIKE '%name,%'

-- name: drop_added_phones
DELETE FROM person_phones WHERE matricule IN (SELECT matricule FROM people WHERE added_by = :import)

-- name: drop_added
DELETE FROM people WHERE added_by = :import

-- name: restore_people
UPDATE people SET last_name = f.last_name, first_name = f.first_name, birth = f.birth, direction = f.direction, words = f.words
FROM former_people f WHERE f.matricule = people.matricule

-- name: drop_restored_phones
DELETE FROM person_phones WHERE matricule IN (SELECT matricule FROM former_people WHERE fields LIKE '%phones,%')

-- name: restore_phones
INSERT INTO person_phones (number, matricule)
SELECT n.value, f.matricule FROM former_people f JOIN people p ON p.matricule = f.matricule
    CROSS JOIN json_each(f.phones) n
WHERE f.fields LIKE '%phones,%'
ON CONFLICT DO NOTHING

-- name: restore_words
INSERT INTO person_words (word, matricule)
SELECT w.value, f.matricule FROM former_people f JOIN people p ON p.matricule = f.matricule
    CROSS JOIN json_each('["' || REPLACE(TRIM(f.words), ' ', '","') || '"]') w
WHERE f.fields LIKE '%name,%' AND w.value <> ''
ON CONFLICT DO NOTHING

-- name: clear_staged_words
DELETE FROM person_words WHERE (word, matricule) IN (
    SELECT w.value, s.matricule
    FROM (SELECT matricule, words FROM staged_people ORDER BY token, number LIMIT :limit) s
    CROSS JOIN json_each('["' || REPLACE(TRIM(s.words), ' ', '","') || '"]') w
    LEFT JOIN people p ON p.matricule = s.matricule
    WHERE p.matricule IS NULL OR p.words NOT LIKE '% ' || w.value || ' %')

-- name: clear_staged
DELETE FROM staged_people WHERE (token, number) IN (
    SELECT token, number FROM staged_people ORDER BY token, number LIMIT :limit)
RETURNING matricule

-- name: forget_former_person
DELETE FROM former_people WHERE matricule = :matricule

-- name: forget_staged_person
DELETE FROM staged_people WHERE matricule = :matricule
