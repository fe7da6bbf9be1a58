-- Whether an order stands on an authorization is kept with it, so that those that can be swept away are found without
-- looking at the others, of which there are as many as certificates.
ALTER TABLE acme_authorizations ADD COLUMN held INTEGER NOT NULL DEFAULT 0;
UPDATE acme_authorizations SET held = 1 WHERE id IN (SELECT authorization_id FROM acme_order_authorizations);
DROP INDEX acme_authorizations_expires;
CREATE INDEX acme_authorizations_over ON acme_authorizations (expires) WHERE held = 0;
