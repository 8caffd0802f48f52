/** Changes of these tables do not raise the revision. Only the sessions that result from a login raise it. */
export const cliLogins = {
  name: '0011-cli-logins',
  sql: `
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
  expires_at timestamptz NOT NULL
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
  CONSTRAINT device_logins_decided CHECK ((decision IS NULL) = (user_id IS NULL) AND (decision = 'approved') = (authenticated_at IS NOT NULL))
);
CREATE INDEX ON gateway.device_logins (expires_at);
`,
}
