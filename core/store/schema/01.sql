-- The shared tables of a home. Times are UTC seconds. Nothing is deleted; only status columns are updated.
CREATE TABLE authorities (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  key_name TEXT NOT NULL,
  parent TEXT NOT NULL,
  certificate BLOB NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;

-- Small rows, so that lists, searches and lists of revoked serials read few pages; the DER is in the next table.
CREATE TABLE certificates (
  id INTEGER PRIMARY KEY,
  authority INTEGER NOT NULL REFERENCES authorities (id),
  serial BLOB NOT NULL,
  profile TEXT NOT NULL,
  subject TEXT NOT NULL,
  names TEXT NOT NULL,
  not_before INTEGER NOT NULL,
  not_after INTEGER NOT NULL,
  issued_at INTEGER NOT NULL,
  state INTEGER NOT NULL,
  revoked_at INTEGER NOT NULL,
  reason INTEGER NOT NULL,
  invalidity_date INTEGER,
  status_sequence INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX certificates_serial ON certificates (authority, serial);
CREATE UNIQUE INDEX certificates_status_sequence ON certificates (status_sequence);
CREATE INDEX certificates_not_good ON certificates (authority, id) WHERE state <> 0;

CREATE TABLE certificate_bodies (
  id INTEGER PRIMARY KEY,  -- of the row
  der BLOB NOT NULL
) STRICT;

CREATE TABLE crls (
  authority INTEGER NOT NULL REFERENCES authorities (id),
  number INTEGER NOT NULL,
  this_update INTEGER NOT NULL,
  next_update INTEGER NOT NULL,
  file TEXT NOT NULL,
  sha256 BLOB NOT NULL,
  PRIMARY KEY (authority, number)
) STRICT;

CREATE TABLE service_certificates (
  authority INTEGER NOT NULL REFERENCES authorities (id),
  purpose TEXT NOT NULL,
  key_name TEXT NOT NULL,
  certificate BLOB NOT NULL,
  not_after INTEGER NOT NULL,
  PRIMARY KEY (authority, purpose)
) STRICT;

CREATE TABLE settings (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT;
