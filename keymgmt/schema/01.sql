-- The key tree: every key but the root's is wrapped under its parent. Rows are inserted and changed, never removed, so
-- that a key that was destroyed is still known to have been.
CREATE TABLE tree_keys (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  parent INTEGER REFERENCES tree_keys (id),  -- null for the root
  level INTEGER NOT NULL,                    -- 0 root, 1 domain, 2 service, 3 user
  kind TEXT NOT NULL,                        -- "aes-256" wraps other keys; any other is a key that signs
  public_key BLOB NOT NULL,                  -- DER SubjectPublicKeyInfo; empty for a key that wraps
  state INTEGER NOT NULL,
  since INTEGER NOT NULL,                    -- of the state
  created_at INTEGER NOT NULL,
  not_after INTEGER,                         -- end of the time in which it may protect anything new
  use_limit INTEGER,
  uses INTEGER NOT NULL                      -- signatures are counted in advance, in blocks
) STRICT;
CREATE INDEX tree_keys_parent ON tree_keys (parent, id);

-- What a key consisted of, one row a rotation.
CREATE TABLE tree_versions (
  id INTEGER PRIMARY KEY,
  key INTEGER NOT NULL REFERENCES tree_keys (id),
  number INTEGER NOT NULL,                            -- from 1
  wrapper INTEGER REFERENCES tree_versions (id),      -- null for the root's
  wrapped BLOB NOT NULL,                              -- empty for the root's, and once destroyed
  check_value BLOB NOT NULL,                          -- tells the right octets from wrong ones and gives nothing away
  created_at INTEGER NOT NULL,
  destroyed_at INTEGER,
  UNIQUE (key, number)
) STRICT;
CREATE INDEX tree_versions_wrapper ON tree_versions (wrapper, id);
