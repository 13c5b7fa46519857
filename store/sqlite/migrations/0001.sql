-- The published edition of the register: one row.
CREATE TABLE edition (
    one        INTEGER PRIMARY KEY CHECK (one = 1),
    generation INTEGER NOT NULL,
    version    INTEGER NOT NULL,
    state      BLOB NOT NULL,
    digest     BLOB NOT NULL
) STRICT;

-- Generations that may have rows: the published one, one being loaded, and
-- those that are to be removed. Numbers are never used again.
CREATE TABLE generation (gen INTEGER PRIMARY KEY AUTOINCREMENT) STRICT;

-- Objects. The id holds the generation in its upper half, so that a generation
-- lies together. The record holds the object and copies of what it refers to,
-- behind a digest; the mark holds the tag, masked with a hash of the key, so
-- that the index entry alone can be trusted. Both are described in record.go.
CREATE TABLE object (
    id     INTEGER PRIMARY KEY,
    gen    INTEGER NOT NULL,
    kind   INTEGER NOT NULL,
    key    TEXT NOT NULL,
    alias  TEXT,
    mark   INTEGER NOT NULL,
    record BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX object_key ON object (gen, kind, key, mark);
CREATE INDEX object_alias ON object (gen, kind, alias) WHERE alias IS NOT NULL;

-- A hash of every key and of every alias. "Not found" needs both this and
-- object to miss.
CREATE TABLE key_hash (
    gen  INTEGER NOT NULL,
    hash INTEGER NOT NULL,
    PRIMARY KEY (gen, hash)
) STRICT, WITHOUT ROWID;

-- Which object (by id) refers to which (by the hash of its key), whether or
-- not the latter is there.
CREATE TABLE uses (
    gen    INTEGER NOT NULL,
    target INTEGER NOT NULL,
    user   INTEGER NOT NULL,
    PRIMARY KEY (gen, target, user)
) STRICT, WITHOUT ROWID;

-- Changes kept for replaying; time in nanoseconds since 1970.
CREATE TABLE change (
    serial INTEGER PRIMARY KEY,
    time   INTEGER NOT NULL,
    body   BLOB NOT NULL,
    digest BLOB NOT NULL
) STRICT;
CREATE INDEX change_time ON change (time);
