/** A JWT is valid once: a hash that identifies it stays in `used_jwts` until the JWT has expired. */
export const workloads = `
CREATE TABLE gateway.trusts (
  id uuid PRIMARY KEY,
  name text NOT NULL,
  issuer text NOT NULL,
  audience text NOT NULL,
  conditions jsonb NOT NULL CONSTRAINT trusts_conditions CHECK (jsonb_typeof(conditions) = 'array' AND conditions <> '[]'),
  max_age integer NOT NULL CONSTRAINT trusts_max_age CHECK (max_age BETWEEN 60 AND 86400),
  created_at timestamptz NOT NULL DEFAULT now(),
  created_by text NOT NULL,
  revoked_at timestamptz,
  revoked_by text
);
CREATE UNIQUE INDEX trusts_name ON gateway.trusts (name) WHERE revoked_at IS NULL;
CREATE INDEX ON gateway.trusts (created_at, id);

CREATE TABLE gateway.workload_sessions (
  id uuid PRIMARY KEY,
  trust_id uuid NOT NULL REFERENCES gateway.trusts (id),
  name text NOT NULL,
  subject text NOT NULL,
  job jsonb NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL,
  ended_at timestamptz,
  ended_reason text
);
CREATE INDEX ON gateway.workload_sessions (trust_id);
CREATE INDEX ON gateway.workload_sessions (created_at, id);
CREATE INDEX ON gateway.workload_sessions (expires_at);

CREATE TABLE gateway.used_jwts (
  key bytea PRIMARY KEY CONSTRAINT used_jwts_key_length CHECK (octet_length(key) = 32),
  expires_at timestamptz NOT NULL
);
CREATE INDEX ON gateway.used_jwts (expires_at);
`
