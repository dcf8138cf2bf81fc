-- The words of each request, for searching. The row's number is the year, then seven places for the number in the year.

CREATE VIRTUAL TABLE request_words USING fts5 (words, tokenize = 'unicode61', prefix = '2 3 4');
