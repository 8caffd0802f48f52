/**
 * Proofs are never cached, so they do not raise the revision. `step_up_challenges` has a row for each session and
 * network, so that a new challenge never replaces that of another caller. A proof for a command counts its planned
 * calls in `uses`.
 */
export const stepUps = `
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
  proved_at timestamptz,
  factor_id uuid,
  method text,
  result bytea,
  redeemed_at timestamptz
);
CREATE INDEX ON gateway.step_ups (expires_at);
CREATE INDEX ON gateway.step_ups (session_id);

CREATE TABLE gateway.step_up_challenges (
  step_up_id uuid NOT NULL REFERENCES gateway.step_ups (id) ON DELETE CASCADE,
  kind text NOT NULL CONSTRAINT step_up_challenges_kind CHECK (kind IN ('console', 'passkey')),
  session_id uuid NOT NULL,
  network text NOT NULL,
  challenge bytea NOT NULL,
  PRIMARY KEY (step_up_id, kind, session_id, network)
);

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
  uses jsonb,
  CONSTRAINT proofs_holder CHECK (num_nonnulls(secret, address) = 1)
);
CREATE INDEX ON gateway.proofs (session_id);
CREATE INDEX ON gateway.proofs (expires_at);
`
