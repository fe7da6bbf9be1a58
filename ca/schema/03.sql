-- How cases of other hosts went on: which act follows which, as far as this home has seen it. Whoever brings a case
-- brings it as far as it has come. Rows are only ever inserted.
CREATE TABLE acts_followed (
  previous BLOB PRIMARY KEY,  -- digest of the statement before
  act BLOB NOT NULL,          -- of the one that follows it
  seen_at INTEGER NOT NULL
) STRICT;
