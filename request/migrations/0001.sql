-- Requests, one row each, for ever. Times are RFC 3339 in UTC, '' for none.
-- In clear is what the transparency report counts; what may tell of a person is in
-- sealed, whose key is a file of its own.
CREATE TABLE request (
	number   TEXT PRIMARY KEY, -- R-2026-000123
	state    TEXT NOT NULL,
	kind     TEXT NOT NULL, -- of requester
	country  TEXT NOT NULL,
	urgent   INTEGER NOT NULL,
	received TEXT NOT NULL,
	due      TEXT NOT NULL,    -- the reply; when it was extended, the decision
	replied  TEXT NOT NULL,    -- the first reply
	decided  TEXT NOT NULL,    -- the end of the question: granted, refused or closed
	outcome  TEXT NOT NULL,
	extended INTEGER NOT NULL, -- how often
	reminded INTEGER NOT NULL, -- how many reminders were given
	ends     TEXT NOT NULL,    -- what the time of keeping counts from
	secret   BLOB,             -- SHA-256 of the link's secret; NULL once erased
	same     BLOB,             -- tag of the whole submission, while it is open
	network  BLOB,             -- tag of the network it came from, while it is open
	token    TEXT NOT NULL,    -- id of the token that was picked up, or ''
	digest   BLOB,             -- SHA-256 of that token's secret
	sealed   BLOB,
	erased   TEXT NOT NULL
) STRICT;

CREATE UNIQUE INDEX request_secret ON request (secret);
CREATE UNIQUE INDEX request_same ON request (same);
CREATE INDEX request_state ON request (state);
CREATE INDEX request_received ON request (received);

-- How often what a token opens was changed.
CREATE TABLE edition (one INTEGER PRIMARY KEY CHECK (one = 1), version INTEGER NOT NULL) STRICT;
INSERT INTO edition VALUES (1, 0);
