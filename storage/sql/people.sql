-- The agents.

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
