-- Whose approval a certificate rests on is asked when somebody wants to revoke it.
CREATE INDEX approval_uses_certificate ON approval_uses (authority, serial);
