-- Transactions of CMP (RFC 4210 section 5.1.1): those that are open, and for a day those that are not, so that a message
-- that was sent already is known.
CREATE TABLE cmp_transactions (
  id INTEGER PRIMARY KEY,
  speaker TEXT NOT NULL,         -- whom its messages are proven to come from
  name BLOB NOT NULL,            -- transactionID
  client TEXT NOT NULL,          -- of clients.toml
  state INTEGER NOT NULL,        -- waiting, unconfirmed, done
  body INTEGER NOT NULL,         -- of the request: ir, cr, kur, p10cr
  request_id INTEGER NOT NULL,   -- certReqId
  request BLOB NOT NULL,         -- DER, while it waits
  profile TEXT NOT NULL,
  implicit INTEGER NOT NULL,     -- whether its certificate needs no confirmation
  nonce BLOB NOT NULL,           -- senderNonce of the last answer
  certificate BLOB NOT NULL,     -- DER, while it is not confirmed
  begun_at INTEGER NOT NULL,
  forget_at INTEGER NOT NULL,        -- when it is forgotten
  UNIQUE (speaker, name)
) STRICT;
CREATE INDEX cmp_transactions_age ON cmp_transactions (forget_at);
CREATE INDEX cmp_transactions_client ON cmp_transactions (client, state, id);
