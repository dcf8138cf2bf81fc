-- The journal of the distributor. What was reported before is not written again.

-- name: keep_stay
INSERT INTO stays (call, queue, since, entered, until, "end", why, agent, priority, callback)
VALUES (:call, :queue, :since, :entered, :until, :end, :why, :agent, :priority, :callback)
ON CONFLICT (call, queue, entered) DO NOTHING

-- name: keep_worked
INSERT INTO works (offer, kind, agent, queue, call, at, until, "end", rang, talked, held, wrapped)
VALUES (:offer, :kind, :agent, :queue, :call, :at, :until, :end, :rang, :talked, :held, :wrapped)
ON CONFLICT (offer) DO NOTHING

-- name: keep_spent
INSERT INTO spent (agent, state, reason, since, until) VALUES (:agent, :state, :reason, :since, :until)
ON CONFLICT (agent, since) DO NOTHING

-- name: stays
SELECT * FROM stays WHERE entered >= :since AND entered < :until ORDER BY entered, id

-- name: works
SELECT * FROM works WHERE until >= :since AND at < :until AND (until > :since OR at >= :since) ORDER BY at, id

-- name: spent
SELECT * FROM spent WHERE until >= :since AND since < :until AND (until > :since OR since >= :since) ORDER BY since, id
