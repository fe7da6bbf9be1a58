-- Answers to requests that carried an idempotency key, so that a repetition gets the same one. They are kept for a day.
CREATE TABLE rest_answers (
  client BLOB NOT NULL,      -- SHA-256 of the client's SubjectPublicKeyInfo
  name TEXT NOT NULL,        -- the key
  request BLOB NOT NULL,     -- SHA-256 of method, path and body
  at INTEGER NOT NULL,
  status INTEGER NOT NULL,
  media TEXT NOT NULL,
  body BLOB NOT NULL,
  PRIMARY KEY (client, name)
) STRICT;
CREATE INDEX rest_answers_age ON rest_answers (at);
