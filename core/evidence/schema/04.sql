-- Roles granted as attribute certificates. Rows are inserted and revoked, never removed.
CREATE TABLE role_grants (
  id INTEGER PRIMARY KEY,
  serial BLOB NOT NULL,          -- INTEGER content
  role TEXT NOT NULL,
  scope TEXT NOT NULL,           -- "org:PSB/* profile:device"; empty: not limited
  holder TEXT NOT NULL,          -- subject, for lists and search
  holder_subject BLOB NOT NULL,  -- SHA-256 of the DER subject
  holder_key BLOB NOT NULL,      -- SHA-256 of the DER SubjectPublicKeyInfo
  not_before INTEGER NOT NULL,
  not_after INTEGER NOT NULL,
  granted_at INTEGER NOT NULL,
  revoked_at INTEGER,
  reason INTEGER NOT NULL,
  der BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX role_grants_serial ON role_grants (serial);
CREATE INDEX role_grants_role ON role_grants (role);
CREATE INDEX role_grants_holder_subject ON role_grants (holder_subject);
CREATE INDEX role_grants_holder_key ON role_grants (holder_key);
CREATE INDEX role_grants_revoked ON role_grants (revoked_at) WHERE revoked_at IS NOT NULL;

-- Lists of revoked grants, as the attribute authority signed them.
CREATE TABLE role_lists (
  number INTEGER PRIMARY KEY,
  this_update INTEGER NOT NULL,
  next_update INTEGER NOT NULL,
  der BLOB NOT NULL
) STRICT;
