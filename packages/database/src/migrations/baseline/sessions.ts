/**
 * `purpose` and `renewable` limit what a session is for: a login of the CLI can be for changes of second factors, which
 * the user sees before they allow it, and a renewal cannot extend the sessions of the stock CLI, which expire within a
 * day.
 */
export const sessions = `
CREATE TABLE gateway.sessions (
  id uuid PRIMARY KEY,
  user_id uuid NOT NULL REFERENCES gateway.users (id),
  device text NOT NULL,
  rack text,
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL,
  ended_at timestamptz,
  ended_reason text,
  authenticated_at timestamptz NOT NULL DEFAULT now(),
  renewable boolean NOT NULL DEFAULT true,
  purpose text CHECK (purpose = 'second-factors')
);
CREATE INDEX ON gateway.sessions (user_id);
CREATE INDEX ON gateway.sessions (created_at, id);
`
