const watched = ['trusts', 'workload_sessions']

/** A JWT is valid once: a hash that identifies it stays in `used_jwts` until the JWT has expired. */
export const workloads = {
  name: '0007-workloads',
  sql: `
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

CREATE TABLE gateway.workload_sessions (
  id uuid PRIMARY KEY,
  trust_id uuid NOT NULL REFERENCES gateway.trusts (id),
  name text NOT NULL,
  subject text NOT NULL,
  job jsonb NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL
);
CREATE INDEX ON gateway.workload_sessions (trust_id);

CREATE TABLE gateway.used_jwts (
  key bytea PRIMARY KEY CONSTRAINT used_jwts_key_length CHECK (octet_length(key) = 32),
  expires_at timestamptz NOT NULL
);
CREATE INDEX ON gateway.used_jwts (expires_at);

ALTER TABLE gateway.credentials ADD COLUMN workload_session_id uuid REFERENCES gateway.workload_sessions (id);
ALTER TABLE gateway.credentials DROP CONSTRAINT credentials_one_subject;
ALTER TABLE gateway.credentials ADD CONSTRAINT credentials_one_subject
  CHECK (num_nonnulls(session_id, api_token_id, workload_session_id) = 1);
CREATE INDEX ON gateway.credentials (workload_session_id);
${watched.map(raiseOnChange).join('\n')}
`,
}

function raiseOnChange(table: string) {
  return `CREATE TRIGGER raise_revision AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON gateway.${table}
  FOR EACH STATEMENT EXECUTE FUNCTION gateway.raise_revision();`
}
