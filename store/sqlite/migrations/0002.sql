-- What objects are found by in searches, in the order of searches: a prefix of
-- one class is one range. Nothing here is shown unless the object's record
-- says the same.
CREATE TABLE term (
    gen   INTEGER NOT NULL,
    kind  INTEGER NOT NULL,
    idx   INTEGER NOT NULL,
    class INTEGER NOT NULL,
    value BLOB NOT NULL,
    key   TEXT NOT NULL,
    PRIMARY KEY (gen, kind, idx, class, value, key)
) STRICT, WITHOUT ROWID;

-- Whether the terms of all objects of the generation are there. Those of a
-- generation that an older program wrote are not.
ALTER TABLE generation ADD COLUMN indexed INTEGER NOT NULL DEFAULT 0;
