-- Invitations that a one-time code answers, beside the cases that they are. Row 0 stands for every code that is none of
-- ours, so that a guess costs and takes the same whatever it hits.
CREATE TABLE invitations (
  id INTEGER PRIMARY KEY,
  locator TEXT NOT NULL UNIQUE,  -- how the code begins
  case_id TEXT NOT NULL UNIQUE,
  code_key TEXT NOT NULL,        -- DER SubjectPublicKeyInfo of the code, hexadecimal
  wrong INTEGER NOT NULL,        -- answers that the code had not signed
  closed_at INTEGER,             -- by too many of them
  request BLOB,                  -- DER, as it was brought
  proof BLOB,                    -- signature by the code over it
  joined_at INTEGER
) STRICT;
INSERT INTO invitations (id, locator, case_id, code_key, wrong) VALUES (0, '', '', '', 0);
