-- By way of which organisation a certificate came is asked when somebody wants to revoke it.
ALTER TABLE approval_uses ADD COLUMN organisation TEXT NOT NULL DEFAULT '';
CREATE INDEX approval_uses_certificate ON approval_uses (authority, serial);

-- Which orders of other hosts were carried out, so that none is carried out twice. Rows are only ever inserted.
CREATE TABLE orders_used (
  act BLOB NOT NULL,       -- digest of the statement that ordered it
  effect TEXT NOT NULL,    -- "revoke"
  outcome TEXT NOT NULL,   -- what was answered, as JSON
  done_at INTEGER NOT NULL,
  PRIMARY KEY (act, effect)
) STRICT;
