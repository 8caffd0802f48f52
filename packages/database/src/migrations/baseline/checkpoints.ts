import { refuseChanges } from './append-only.ts'

/** Checkpoints are append-only like events. `trees` and `deliveries` are only caches. */
export const checkpoints = `
CREATE TABLE audit.checkpoints (
  number bigint PRIMARY KEY CONSTRAINT checkpoints_number_positive CHECK (number > 0),
  at timestamptz NOT NULL,
  hash bytea NOT NULL CONSTRAINT checkpoints_hash_length CHECK (octet_length(hash) = 32),
  key text NOT NULL,
  replaces text,
  note text NOT NULL
);
CREATE INDEX checkpoints_at ON audit.checkpoints (at);
CREATE INDEX checkpoints_new_key ON audit.checkpoints (number) WHERE number = 1 OR replaces IS NOT NULL;
${refuseChanges('audit.checkpoints')}

CREATE TABLE audit.trees (
  stream uuid PRIMARY KEY,
  size bigint NOT NULL,
  peaks bytea NOT NULL,
  settled boolean NOT NULL DEFAULT false
);

CREATE TABLE audit.deliveries (
  place text PRIMARY KEY,
  number bigint NOT NULL,
  at timestamptz NOT NULL
);
`
