-- Accepted acts: where in the ledger each one is. The message with its proofs is the attachment of its record.
CREATE TABLE acts (
  id INTEGER PRIMARY KEY,
  object TEXT NOT NULL,
  type TEXT NOT NULL,
  digest BLOB NOT NULL UNIQUE,
  ledger_sequence INTEGER NOT NULL UNIQUE
) STRICT;

CREATE INDEX acts_of_object ON acts (object, id);
