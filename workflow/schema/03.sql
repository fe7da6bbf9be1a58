-- What cases are looked for by: the certificate request that one is about (is the same applied for already?), and the
-- serial number of the certificate that came of it (by way of whom did this come?). Both stand in the document, too.
ALTER TABLE cases ADD COLUMN request TEXT NOT NULL DEFAULT '';
ALTER TABLE cases ADD COLUMN serial TEXT NOT NULL DEFAULT '';
UPDATE cases SET request = coalesce(json_extract(document, '$.about.request'), ''),
                 serial = coalesce(json_extract(document, '$.facts.serial'), '');
CREATE INDEX cases_request ON cases (request) WHERE request <> '';
CREATE INDEX cases_serial ON cases (serial) WHERE serial <> '';
