-- Who asked for a certificate is asked when it is renewed.
CREATE INDEX machine_requests_certificate ON machine_requests (authority, serial) WHERE serial IS NOT NULL;
