-- Whether a list tells every change of status is one comparison: how far the changes of an authority have come, and how
-- far its list. Homes from before publish one list more than they need, which is the safe side.
ALTER TABLE authorities ADD COLUMN changed_sequence INTEGER NOT NULL DEFAULT 0;
ALTER TABLE crls ADD COLUMN status_sequence INTEGER NOT NULL DEFAULT 0;
UPDATE authorities SET changed_sequence = coalesce(
  (SELECT max(status_sequence) FROM certificates WHERE authority = authorities.id AND state <> 0), 0);
