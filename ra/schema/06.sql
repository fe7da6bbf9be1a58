-- An account of ACME is bound by the secret that its client had when it was made, and ends with that. What is over can
-- be found and taken away.
ALTER TABLE acme_accounts ADD COLUMN bound BLOB;  -- SHA-256 of the digest of that secret; NULL: made before this step
CREATE INDEX acme_accounts_created ON acme_accounts (client, created);

-- An order is kept as long as its certificate is good; of those that were issued before this step nobody knows better.
UPDATE acme_orders SET expires = created + 34560000 WHERE status = 3;
CREATE INDEX acme_orders_expires ON acme_orders (expires);
CREATE INDEX acme_authorizations_expires ON acme_authorizations (expires);
CREATE INDEX acme_order_authorizations_of ON acme_order_authorizations (authorization_id);
