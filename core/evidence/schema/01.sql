-- The ledger: rows are only ever inserted. leaf is SHA-256(0x00 || text), RFC 6962 section 2.1.
CREATE TABLE ledger (
  sequence INTEGER PRIMARY KEY,
  text TEXT NOT NULL,
  attachment BLOB,
  leaf BLOB NOT NULL
) STRICT;

-- Roots of the complete subtrees of the first `size` records, largest first: a shortcut, made again at will.
CREATE TABLE ledger_frontier (
  size INTEGER PRIMARY KEY,
  hashes BLOB NOT NULL
) STRICT;

-- Signed checkpoints as they were published, oldest first.
CREATE TABLE ledger_checkpoints (
  id INTEGER PRIMARY KEY,
  size INTEGER NOT NULL,
  note TEXT NOT NULL
) STRICT;
