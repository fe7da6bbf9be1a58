-- The other side of the gap, and the bundles that crossed it. Rows are inserted, and a peer's key once; nothing is removed, but a
-- bundle that a home sent after it was put back, where the other side had another of that number (bundle resume).
CREATE TABLE transfer_peers (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  origin TEXT NOT NULL,
  key BLOB NOT NULL                           -- SubjectPublicKeyInfo; empty until somebody compared it
) STRICT;
CREATE UNIQUE INDEX transfer_peers_key ON transfer_peers (key) WHERE length(key) > 0;

CREATE TABLE transfers (
  id INTEGER PRIMARY KEY,
  peer INTEGER NOT NULL REFERENCES transfer_peers (id),
  way INTEGER NOT NULL,                       -- 0 sent, 1 received
  sequence INTEGER NOT NULL,
  digest BLOB NOT NULL,
  manifest TEXT NOT NULL,
  checkpoint TEXT NOT NULL,                   -- of the sender's ledger; empty: the bundle had none
  moved_at INTEGER NOT NULL,
  UNIQUE (peer, way, sequence)
) STRICT;
