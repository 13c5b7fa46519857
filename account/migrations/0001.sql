-- Who has standing access. Lists are JSON arrays of texts; times are RFC 3339 in
-- UTC, '' for none; a switch is 0 or 1.
CREATE TABLE account (
	id           TEXT PRIMARY KEY,
	organization TEXT NOT NULL,
	person       TEXT NOT NULL,
	contact      TEXT NOT NULL,
	kind         TEXT NOT NULL,
	registrar    TEXT NOT NULL,
	holder       TEXT NOT NULL,
	purposes     TEXT NOT NULL,
	zones        TEXT NOT NULL,
	objects      TEXT NOT NULL,
	networks     TEXT NOT NULL,
	whois        INTEGER NOT NULL,
	times        REAL NOT NULL,
	exception    TEXT NOT NULL,
	confidential INTEGER NOT NULL, -- in seconds
	since        TEXT NOT NULL,
	until        TEXT NOT NULL,
	suspended    INTEGER NOT NULL,
	removed      INTEGER NOT NULL,
	approved_by  TEXT NOT NULL,
	approved_on  TEXT NOT NULL
) STRICT;

-- By what accounts are known. Of a secret there is only its SHA-256.
CREATE TABLE credential (
	id       TEXT PRIMARY KEY,
	account  TEXT NOT NULL REFERENCES account (id),
	sort     TEXT NOT NULL,
	digest   BLOB NOT NULL, -- of a token's secret, or of a certificate's key
	issuer   TEXT NOT NULL,
	subject  TEXT NOT NULL,
	claim    TEXT NOT NULL,
	value    TEXT NOT NULL,
	purposes TEXT NOT NULL,
	since    TEXT NOT NULL,
	until    TEXT NOT NULL,
	revoked  INTEGER NOT NULL,
	note     TEXT NOT NULL,
	used     TEXT NOT NULL  -- last, to the minute
) STRICT;

CREATE INDEX credential_account ON credential (account);

-- How often the two above were changed, last uses aside.
CREATE TABLE edition (one INTEGER PRIMARY KEY CHECK (one = 1), version INTEGER NOT NULL) STRICT;
INSERT INTO edition VALUES (1, 0);
