/**
 * Adding or removing a factor raises the revision for its user, because decisions depend on whether a user has one.
 * Proofs are never cached, so they do not raise the revision.
 */
export const secondFactors = {
  name: '0030-second-factors',
  sql: `
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

CREATE TABLE gateway.step_ups (
  id uuid PRIMARY KEY,
  user_id uuid NOT NULL REFERENCES gateway.users (id),
  session_id uuid NOT NULL REFERENCES gateway.sessions (id),
  delivery text NOT NULL CONSTRAINT step_ups_delivery CHECK (delivery IN ('response', 'callback', 'code')),
  asked jsonb NOT NULL,
  covers jsonb NOT NULL,
  methods text NOT NULL CONSTRAINT step_ups_methods CHECK (methods IN ('passkey', 'any')),
  address text NOT NULL,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  challenge bytea,
  prover uuid,
  passkey_challenge bytea,
  proved_at timestamptz,
  factor_id uuid,
  method text,
  result bytea,
  redeemed_at timestamptz
);
CREATE INDEX ON gateway.step_ups (expires_at);
CREATE INDEX ON gateway.step_ups (session_id);

CREATE TABLE gateway.proofs (
  id uuid PRIMARY KEY,
  user_id uuid NOT NULL REFERENCES gateway.users (id),
  session_id uuid NOT NULL REFERENCES gateway.sessions (id),
  secret bytea,
  address text,
  factor_id uuid,
  method text NOT NULL CONSTRAINT proofs_method CHECK (method IN ('passkey', 'totp', 'backup-code')),
  proved_at timestamptz NOT NULL,
  covers jsonb NOT NULL,
  expires_at timestamptz NOT NULL,
  used_at timestamptz,
  CONSTRAINT proofs_holder CHECK (num_nonnulls(secret, address) = 1)
);
CREATE INDEX ON gateway.proofs (session_id);
CREATE INDEX ON gateway.proofs (expires_at);

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

CREATE FUNCTION gateway.raise_revision_of_second_factors() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  raised bigint;
  changed text[] := ARRAY['user:' || COALESCE(NEW.user_id, OLD.user_id)];
BEGIN
  UPDATE gateway.revision SET value = value + 1 WHERE one = 1 RETURNING value INTO STRICT raised;
  INSERT INTO gateway.changed_subjects VALUES (raised, changed);
  DELETE FROM gateway.changed_subjects WHERE revision <= raised - 1000;
  PERFORM pg_notify('gateway_revision', raised::text);
  RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION gateway.raise_revision_of_second_factors() FROM PUBLIC;
CREATE TRIGGER raise_revision AFTER INSERT OR DELETE ON gateway.second_factors
  FOR EACH ROW EXECUTE FUNCTION gateway.raise_revision_of_second_factors();
`,
}
