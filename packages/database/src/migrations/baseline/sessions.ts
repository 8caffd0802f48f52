/**
 * - `renewable`: sessions of the stock CLI expire within a day. A renewal cannot extend them.
 * - `purpose`: a CLI login can be for changes of second factors. The user sees this before they allow the login.
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
