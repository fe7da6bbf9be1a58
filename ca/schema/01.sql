-- Which acts a certificate was issued upon, so that no approval is used twice. Rows are only ever inserted.
CREATE TABLE approval_uses (
  id INTEGER PRIMARY KEY,
  act BLOB NOT NULL,           -- digest of the statement
  authority INTEGER NOT NULL REFERENCES authorities (id),
  serial BLOB NOT NULL,        -- INTEGER content
  service TEXT NOT NULL,       -- key of the machine-enrolment service, in hexadecimal; empty where persons approved
  used_at INTEGER NOT NULL
) STRICT;
CREATE INDEX approval_uses_act ON approval_uses (act);
CREATE INDEX approval_uses_service ON approval_uses (service, used_at) WHERE service <> '';
