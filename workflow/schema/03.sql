-- Cases by the certificate request that they are about: whether the same is applied for already is asked of each one.
CREATE INDEX cases_about_request ON cases (json_extract(document, '$.about.request'));
-- The case upon which a certificate was issued, by its serial number.
CREATE INDEX cases_issued ON cases (json_extract(document, '$.facts.serial'));
