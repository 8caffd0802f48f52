/** The factors of users, unfinished enrollments, and the failed attempts that count toward the limits. */
export const secondFactors = `
CREATE TABLE gateway.second_factors (
  id uuid PRIMARY KEY,
  user_id uuid NOT NULL REFERENCES gateway.users (id),
  kind text NOT NULL,
  name text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  used_at timestamptz,
  credential_id bytea UNIQUE,
  public_key bytea,
  counter bigint,
  transports text[],
  secret bytea,
  last_step bigint,
  CONSTRAINT second_factors_kind CHECK (
    kind = 'passkey' AND num_nulls(credential_id, public_key, counter, transports) = 0 AND num_nonnulls(secret, last_step) = 0
    OR kind = 'totp' AND num_nonnulls(credential_id, public_key, counter, transports) = 0 AND num_nulls(secret, last_step) = 0)
);
CREATE INDEX ON gateway.second_factors (user_id);

CREATE TABLE gateway.backup_codes (
  user_id uuid NOT NULL REFERENCES gateway.users (id),
  hash bytea NOT NULL CONSTRAINT backup_codes_hash_length CHECK (octet_length(hash) = 32),
  created_at timestamptz NOT NULL DEFAULT now(),
  used_at timestamptz,
  PRIMARY KEY (user_id, hash)
);

CREATE TABLE gateway.enrollments (
  id uuid PRIMARY KEY,
  user_id uuid NOT NULL REFERENCES gateway.users (id),
  session_id uuid NOT NULL REFERENCES gateway.sessions (id),
  kind text NOT NULL CONSTRAINT enrollments_kind CHECK (kind IN ('passkey', 'totp')),
  secret bytea NOT NULL,
  expires_at timestamptz NOT NULL,
  used_at timestamptz
);
CREATE INDEX ON gateway.enrollments (expires_at);

CREATE TABLE gateway.failed_factors (
  id uuid PRIMARY KEY,
  user_id uuid NOT NULL REFERENCES gateway.users (id),
  session_id uuid NOT NULL,
  network text NOT NULL,
  fresh_login boolean NOT NULL,
  failed_at timestamptz NOT NULL
);
CREATE INDEX ON gateway.failed_factors (user_id, failed_at);
CREATE INDEX ON gateway.failed_factors (failed_at);
`
