-- How far each target of notifications.toml has been told what the ledger holds. The ledger is the outbox: a record is
-- waiting when its number is not below `next`. Times are UTC seconds.
CREATE TABLE notification_targets (
  name TEXT PRIMARY KEY,
  next INTEGER NOT NULL,           -- the first record that was not looked at
  failures INTEGER NOT NULL,       -- attempts in a row that failed
  failing_since INTEGER NOT NULL,  -- of the first of them; 0 where there is none
  retry_at INTEGER NOT NULL,       -- not before; 0: at once
  reason TEXT NOT NULL             -- of the last failure
) STRICT;
