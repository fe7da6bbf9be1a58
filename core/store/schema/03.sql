-- Which certificates are for one key: the first 8 octets of the SHA-256 of its SubjectPublicKeyInfo, as a number. Whoever
-- finds a row compares the keys themselves. 0 where there is no certificate; NULL in rows from before, until they are filled.
ALTER TABLE certificates ADD COLUMN key_tag INTEGER;
CREATE INDEX certificates_key ON certificates (key_tag);
CREATE INDEX certificates_without_key_tag ON certificates (id) WHERE key_tag IS NULL;
-- What issuing asks every time, in a handful of entries.
CREATE INDEX certificates_compromised ON certificates (key_tag) WHERE state = 1 AND reason IN (1, 2, 10);
