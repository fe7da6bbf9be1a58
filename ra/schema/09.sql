-- What the holder of a certificate has confirmed by CMP is not ended by rejecting it where it is given again.
CREATE TABLE cmp_confirmed (
  id INTEGER PRIMARY KEY,
  certificate BLOB NOT NULL UNIQUE,  -- SHA-256
  forget_at INTEGER NOT NULL         -- when it expires
) STRICT;
CREATE INDEX cmp_confirmed_age ON cmp_confirmed (forget_at);
-- Who polls too soon hears the same again.
ALTER TABLE cmp_transactions ADD COLUMN polled_at INTEGER NOT NULL DEFAULT 0;  -- 0: never
