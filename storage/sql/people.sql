-- The directory and the agents.

-- name: put_person
INSERT INTO people (matricule, last_name, first_name, birth) VALUES (:matricule, :last_name, :first_name, :birth)
ON CONFLICT (matricule) DO UPDATE
SET last_name = excluded.last_name, first_name = excluded.first_name, birth = excluded.birth

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

-- name: put_agent
INSERT INTO agents (id, name, extension, secret, queues, skills, ranks, wish)
VALUES (:id, :name, :extension, :secret, :queues, :skills, :ranks, :wish)
ON CONFLICT (id) DO UPDATE SET name = excluded.name, extension = excluded.extension, secret = excluded.secret,
    queues = excluded.queues, skills = excluded.skills, ranks = excluded.ranks

-- name: agent
SELECT * FROM agents WHERE id = :id

-- name: agent_at
SELECT * FROM agents WHERE extension = :extension

-- name: list_agents
SELECT * FROM agents ORDER BY id

-- name: delete_agent
DELETE FROM agents WHERE id = :id

-- name: set_wish
UPDATE agents SET wish = :wish, reason = :reason WHERE id = :id

-- name: set_wrap
UPDATE agents SET wrap_until = :until WHERE id = :id
