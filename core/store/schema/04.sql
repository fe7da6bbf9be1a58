-- The index of keys in parts of 1024 certificates. Keys are random: in one index every certificate writes a page of its own,
-- which costs a ninth of its issuing; in parts only the last few pages are written. A search looks into every part, 1000 of
-- them for a million certificates.
DROP INDEX certificates_key;
CREATE INDEX certificates_key ON certificates (id >> 10, key_tag);
