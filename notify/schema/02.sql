-- The reason of the last failure is for readers of both languages: `reason` is English, `reason_zh` Chinese; empty where
-- the failure is older than this column.
ALTER TABLE notification_targets ADD COLUMN reason_zh TEXT NOT NULL DEFAULT '';
