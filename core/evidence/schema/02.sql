-- What others said about a checkpoint after it was signed: lines of witnesses, in the order of their coming, and the
-- time stamp token over its text. Rows are only ever inserted.
CREATE TABLE ledger_cosignatures (
  id INTEGER PRIMARY KEY,
  checkpoint INTEGER NOT NULL REFERENCES ledger_checkpoints (id),
  line TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX ledger_cosignatures_line ON ledger_cosignatures (checkpoint, line);

CREATE TABLE ledger_time_stamps (
  checkpoint INTEGER PRIMARY KEY REFERENCES ledger_checkpoints (id),
  token BLOB NOT NULL
) STRICT;

CREATE INDEX ledger_checkpoints_size ON ledger_checkpoints (size);
