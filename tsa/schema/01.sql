-- Serial numbers of time stamps, reserved in blocks before one of them is used. Rows are only ever inserted.
-- first is the content of an INTEGER; times are UTC seconds. No number of a block is used before `reserved_at` or from
-- `until` on.
CREATE TABLE tsa_blocks (
  id INTEGER PRIMARY KEY,
  first BLOB NOT NULL UNIQUE,
  count INTEGER NOT NULL,
  reserved_at INTEGER NOT NULL,
  until INTEGER NOT NULL
) STRICT;

-- One row: the latest time that was stamped, as far as it was written down; UTC microseconds.
CREATE TABLE tsa_latest (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  microseconds INTEGER NOT NULL
) STRICT;
