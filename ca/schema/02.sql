-- Which orders of other hosts were carried out, so that none is carried out twice. Rows are only ever inserted.
CREATE TABLE orders_used (
  act BLOB NOT NULL,       -- digest of the statement that ordered it
  effect TEXT NOT NULL,    -- "revoke"
  outcome TEXT NOT NULL,   -- what was answered, as JSON
  done_at INTEGER NOT NULL,
  PRIMARY KEY (act, effect)
) STRICT;
