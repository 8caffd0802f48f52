/**
 * Roles for a person before the first login. An invitation never changes an existing user, so it does not raise the
 * revision. Only the bindings that result from it do.
 */
export const invitations = {
  name: '0027-invitations',
  sql: `
CREATE TABLE gateway.invitations (
  id uuid PRIMARY KEY,
  issuer text NOT NULL,
  email text NOT NULL,
  grants jsonb NOT NULL,
  reason text,
  invited_by uuid NOT NULL REFERENCES gateway.users (id),
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL,
  ended_at timestamptz,
  outcome text CONSTRAINT invitations_outcome CHECK (outcome IN ('redeemed', 'denied', 'revoked')),
  user_id uuid REFERENCES gateway.users (id),
  CONSTRAINT invitations_ended CHECK ((ended_at IS NULL) = (outcome IS NULL))
);
CREATE INDEX ON gateway.invitations (issuer, email);

ALTER TABLE gateway.bindings ADD COLUMN invitation uuid REFERENCES gateway.invitations (id);
`,
}
