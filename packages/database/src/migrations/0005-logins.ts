/** The tables of logins contain no permissions, so their changes do not raise the revision. */
export const logins = {
  name: '0005-logins',
  sql: `
ALTER TABLE gateway.users ADD COLUMN groups text[] NOT NULL DEFAULT '{}';

CREATE TABLE gateway.session_uses (
  session_id uuid PRIMARY KEY REFERENCES gateway.sessions (id),
  used_at timestamptz NOT NULL
);

CREATE TABLE gateway.used_logins (
  state bytea PRIMARY KEY CONSTRAINT used_logins_state_length CHECK (octet_length(state) = 32),
  expires_at timestamptz NOT NULL
);
CREATE INDEX ON gateway.used_logins (expires_at);

CREATE TABLE gateway.first_administrators (
  issuer text NOT NULL,
  email text NOT NULL,
  user_id uuid NOT NULL REFERENCES gateway.users (id),
  PRIMARY KEY (issuer, email)
);
`,
}
