-- Numbers of a register and of its windows. A day is YYYY-MM-DD in UTC.

-- What the register held: the last census whose data is of that day, as JSON.
CREATE TABLE census (
	day  TEXT PRIMARY KEY,
	body TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- How many questions there were, and how many of them took longer than two seconds.
CREATE TABLE question (
	day      TEXT NOT NULL,
	window   TEXT NOT NULL,
	kind     TEXT NOT NULL,
	audience TEXT NOT NULL,
	outcome  TEXT NOT NULL,
	refused  TEXT NOT NULL, -- the limit that refused; '' for none
	number   INTEGER NOT NULL,
	slow     INTEGER NOT NULL,
	PRIMARY KEY (day, window, kind, audience, outcome, refused)
) STRICT, WITHOUT ROWID;

-- The minutes of the day in which a server ran, and in which one failed to answer:
-- a bit each, 180 bytes.
CREATE TABLE service (
	day     TEXT PRIMARY KEY,
	up      BLOB NOT NULL,
	failing BLOB NOT NULL
) STRICT, WITHOUT ROWID;
