-- Numbers that were given to somebody who is about to open a case. A row goes when the case is there.
CREATE TABLE case_reservations (
  name TEXT PRIMARY KEY,
  signer BLOB NOT NULL,   -- SHA-256 of the SubjectPublicKeyInfo that will sign; empty: anybody's
  at INTEGER NOT NULL
) STRICT;
CREATE INDEX case_reservations_age ON case_reservations (at);
