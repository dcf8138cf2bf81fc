-- The words of each request, for searching. The row's number is the year, then seven places for the number in the year.
-- What comes here is [a-z0-9] and spaces (storage/words.py). No positions are kept: nobody searches for phrases.

CREATE VIRTUAL TABLE request_words USING fts5 (
    words, tokenize = 'ascii', prefix = '1 2 3 4 5 6', detail = 'none', columnsize = 0
);

-- Which way of making words the table was filled with; a store with older requests says none, and is filled at its start.
INSERT INTO counters (name, value) SELECT 'words', 1 WHERE NOT EXISTS (SELECT 1 FROM requests);

CREATE INDEX requests_open ON requests (created_at) WHERE closed_at IS NULL;

CREATE INDEX requests_of_assignee ON requests (assignee, due_at) WHERE closed_at IS NULL AND assignee IS NOT NULL;

CREATE INDEX requests_reopened ON requests (created_at) WHERE reopened > 0;

CREATE INDEX requests_by_since ON requests (since);
