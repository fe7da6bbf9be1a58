-- What machines asked for, and what came of it, so that a request that is brought again is the same request.
CREATE TABLE machine_requests (
  id INTEGER PRIMARY KEY,
  digest BLOB NOT NULL UNIQUE,  -- SHA-256 over protocol, client, profile and request
  client TEXT NOT NULL,         -- name in clients.toml
  begun_at INTEGER NOT NULL,
  case_id TEXT NOT NULL,        -- empty where no person was asked
  authority INTEGER REFERENCES authorities (id),
  serial BLOB                   -- INTEGER content; NULL until there is a certificate
) STRICT;
CREATE INDEX machine_requests_client ON machine_requests (client, begun_at);
