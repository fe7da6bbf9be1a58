-- Enrolment by ACME (RFC 8555). Times are UTC seconds; `name` is the last part of an object's URL.
CREATE TABLE acme_accounts (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  jwk TEXT NOT NULL,
  thumbprint BLOB NOT NULL UNIQUE,   -- RFC 7638
  client TEXT NOT NULL,              -- of clients.toml
  contacts TEXT NOT NULL,            -- JSON
  status INTEGER NOT NULL,
  created INTEGER NOT NULL
) STRICT;
CREATE INDEX acme_accounts_client ON acme_accounts (client, id);

CREATE TABLE acme_orders (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  account INTEGER NOT NULL REFERENCES acme_accounts (id),
  identifiers TEXT NOT NULL,         -- JSON
  profile TEXT NOT NULL,
  created INTEGER NOT NULL,
  expires INTEGER NOT NULL,
  status INTEGER NOT NULL,           -- pending until it is finalised
  error TEXT NOT NULL,
  request BLOB,                      -- DER
  certificate BLOB,                  -- DER
  chain TEXT NOT NULL,               -- PEM, its own certificate first
  fingerprint BLOB,                  -- SHA-256 of the certificate
  replaces TEXT NOT NULL             -- RFC 9773, or empty
) STRICT;
CREATE INDEX acme_orders_account ON acme_orders (account, id);
CREATE INDEX acme_orders_created ON acme_orders (account, created);
CREATE INDEX acme_orders_fingerprint ON acme_orders (fingerprint) WHERE fingerprint IS NOT NULL;
CREATE INDEX acme_orders_replaces ON acme_orders (replaces) WHERE replaces <> '';

CREATE TABLE acme_authorizations (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  account INTEGER NOT NULL REFERENCES acme_accounts (id),
  host TEXT NOT NULL,
  wildcard INTEGER NOT NULL,
  status INTEGER NOT NULL,
  expires INTEGER NOT NULL
) STRICT;
CREATE INDEX acme_authorizations_host ON acme_authorizations (account, host, wildcard, status);

CREATE TABLE acme_order_authorizations (
  order_id INTEGER NOT NULL REFERENCES acme_orders (id),
  authorization_id INTEGER NOT NULL REFERENCES acme_authorizations (id),
  PRIMARY KEY (order_id, authorization_id)
) STRICT;

CREATE TABLE acme_challenges (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  authorization_id INTEGER NOT NULL REFERENCES acme_authorizations (id),
  type INTEGER NOT NULL,
  token TEXT NOT NULL,
  status INTEGER NOT NULL,
  validated INTEGER,
  finished INTEGER,                  -- when it became invalid, for limits
  error TEXT NOT NULL
) STRICT;
CREATE INDEX acme_challenges_authorization ON acme_challenges (authorization_id);
