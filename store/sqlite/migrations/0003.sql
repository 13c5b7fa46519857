-- Generations that are kept so that one can go back to them: when each was
-- published first and when another took its place, in nanoseconds since 1970,
-- the last version of the register in which it was published, and the state
-- then, behind a digest over all of this. What has no state is not kept; what was
-- replaced and has none is to be removed.
ALTER TABLE generation ADD COLUMN published INTEGER;
ALTER TABLE generation ADD COLUMN replaced INTEGER;
ALTER TABLE generation ADD COLUMN version INTEGER;
ALTER TABLE generation ADD COLUMN state BLOB;
ALTER TABLE generation ADD COLUMN digest BLOB;
