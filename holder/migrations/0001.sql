-- Links that holders were sent, and the sessions that they opened. Of keys there is
-- only the SHA-256. Times are RFC 3339 in UTC.
CREATE TABLE link (
	id     TEXT PRIMARY KEY,
	hash   BLOB NOT NULL UNIQUE,
	roid   TEXT NOT NULL,
	until  TEXT NOT NULL,
	opened INTEGER NOT NULL DEFAULT 0 -- 1 once it was
) STRICT;

CREATE TABLE session (
	hash  BLOB PRIMARY KEY,
	link  TEXT NOT NULL,
	roid  TEXT NOT NULL,
	until TEXT NOT NULL
) STRICT;
