-- Cases and the definitions that they follow. Times are UTC seconds. Nothing is deleted.
CREATE TABLE workflow_definitions (
  digest BLOB PRIMARY KEY,   -- SHA-256 of the text
  name TEXT NOT NULL,
  text TEXT NOT NULL,
  first_used INTEGER NOT NULL
) STRICT;

-- The last number that was given to a case, by prefix. Numbers may be left out, and none is given twice.
CREATE TABLE case_numbers (
  prefix TEXT PRIMARY KEY,
  last INTEGER NOT NULL
) STRICT;

-- One row a case: where it stands after its last act. `document` is what people filled in and what came of it.
CREATE TABLE cases (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  workflow TEXT NOT NULL,
  definition BLOB NOT NULL REFERENCES workflow_definitions (digest),
  state TEXT NOT NULL,
  closed INTEGER NOT NULL,
  organisation TEXT NOT NULL,
  district TEXT NOT NULL,
  profile TEXT NOT NULL,
  opened INTEGER NOT NULL,
  changed INTEGER NOT NULL,
  steps INTEGER NOT NULL,
  entered INTEGER NOT NULL,
  document TEXT NOT NULL
) STRICT;
CREATE INDEX cases_open ON cases (workflow, id) WHERE closed = 0;

-- Every act on a case, in its order; the act itself is in the ledger.
CREATE TABLE case_steps (
  case_id INTEGER NOT NULL REFERENCES cases (id),
  number INTEGER NOT NULL,
  action TEXT NOT NULL,
  from_state TEXT NOT NULL,
  to_state TEXT NOT NULL,
  complete INTEGER NOT NULL,
  actor TEXT NOT NULL,
  role TEXT NOT NULL,
  moment INTEGER NOT NULL,
  act BLOB NOT NULL,
  PRIMARY KEY (case_id, number)
) STRICT;

CREATE TABLE case_deadlines (
  case_id INTEGER NOT NULL REFERENCES cases (id),
  number INTEGER NOT NULL,
  name TEXT NOT NULL,
  span TEXT NOT NULL,
  started INTEGER NOT NULL,
  due INTEGER NOT NULL,
  stopped INTEGER,
  ended INTEGER,
  warned INTEGER NOT NULL,
  overdue INTEGER NOT NULL,
  PRIMARY KEY (case_id, number)
) STRICT;
CREATE INDEX case_deadlines_running ON case_deadlines (due) WHERE ended IS NULL;

CREATE TABLE case_deliveries (
  case_id INTEGER NOT NULL REFERENCES cases (id),
  number INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  role TEXT NOT NULL,
  organisation TEXT NOT NULL,
  district TEXT NOT NULL,
  profile TEXT NOT NULL,
  step INTEGER NOT NULL,
  at INTEGER NOT NULL,
  due INTEGER,
  received INTEGER,
  overdue INTEGER NOT NULL,
  PRIMARY KEY (case_id, number)
) STRICT;

-- What was attached: the act holds its digest.
CREATE TABLE case_files (
  id INTEGER PRIMARY KEY,
  case_id INTEGER NOT NULL REFERENCES cases (id),
  step INTEGER NOT NULL,
  label TEXT NOT NULL,
  name TEXT NOT NULL,
  octets BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX case_files_name ON case_files (case_id, step, name);

-- What a step has to bring about, and what came of it. `done` is null until it has.
CREATE TABLE case_effects (
  id INTEGER PRIMARY KEY,
  case_id INTEGER NOT NULL REFERENCES cases (id),
  step INTEGER NOT NULL,
  name TEXT NOT NULL,
  done INTEGER,
  outcome TEXT NOT NULL
) STRICT;
CREATE INDEX case_effects_open ON case_effects (id) WHERE done IS NULL;
