/**
 * These tables contain no permissions, so their changes do not raise the revision. Only the sessions that result from a
 * login raise it.
 *
 * - `session_id`: a login of the CLI creates no session if the browser session that approved it has ended.
 * - `sealed`: an encrypted refresh token of an identity provider.
 */
export const logins = `
CREATE TABLE gateway.used_logins (
  state bytea PRIMARY KEY CONSTRAINT used_logins_state_length CHECK (octet_length(state) = 32),
  expires_at timestamptz NOT NULL
);
CREATE INDEX ON gateway.used_logins (expires_at);

CREATE TABLE gateway.loopback_logins (
  id uuid PRIMARY KEY,
  user_id uuid NOT NULL REFERENCES gateway.users (id),
  device text NOT NULL,
  rack text,
  challenge bytea NOT NULL CONSTRAINT loopback_logins_challenge_length CHECK (octet_length(challenge) = 32),
  authenticated_at timestamptz NOT NULL,
  code bytea UNIQUE CONSTRAINT loopback_logins_code_length CHECK (octet_length(code) = 32),
  code_until timestamptz NOT NULL,
  spent_at timestamptz,
  expires_at timestamptz NOT NULL,
  session_id uuid,
  purpose text CHECK (purpose = 'second-factors')
);
CREATE INDEX ON gateway.loopback_logins (expires_at);

CREATE TABLE gateway.device_logins (
  id uuid PRIMARY KEY,
  user_code bytea NOT NULL UNIQUE CONSTRAINT device_logins_user_code_length CHECK (octet_length(user_code) = 32),
  secret bytea NOT NULL UNIQUE CONSTRAINT device_logins_secret_length CHECK (octet_length(secret) = 32),
  device text NOT NULL,
  system text NOT NULL,
  rack text,
  address text NOT NULL,
  block text NOT NULL,
  begun_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  polled_at timestamptz,
  decision text CONSTRAINT device_logins_decision CHECK (decision IN ('approved', 'denied')),
  user_id uuid REFERENCES gateway.users (id),
  authenticated_at timestamptz,
  redeemed_at timestamptz,
  session_id uuid,
  CONSTRAINT device_logins_decided CHECK ((decision IS NULL) = (user_id IS NULL) AND (decision = 'approved') = (authenticated_at IS NOT NULL))
);
CREATE INDEX ON gateway.device_logins (expires_at);

CREATE TABLE gateway.provider_refresh_tokens (
  user_id uuid PRIMARY KEY REFERENCES gateway.users (id),
  version integer NOT NULL,
  sealed bytea,
  checked_at timestamptz NOT NULL,
  claimed_until timestamptz
);
`
