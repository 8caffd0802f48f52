/**
 * An invitation has the roles of a person before the first login. It never changes an existing user, so it does not
 * raise the revision. Only the bindings that result from it do.
 *
 * A subject has each binding once. Bindings with permissions of their own are exempt: each belongs to one API token,
 * which gets them when it is created.
 */
export const bindings = `
CREATE TABLE gateway.invitations (
  id uuid PRIMARY KEY,
  issuer text NOT NULL,
  email text NOT NULL,
  bindings jsonb NOT NULL,
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

CREATE TABLE gateway.bindings (
  id uuid PRIMARY KEY,
  subject_kind text NOT NULL CONSTRAINT bindings_subject_kind
    CHECK (subject_kind IN ('user', 'group', 'service-account', 'api-token', 'trust')),
  subject_id text NOT NULL,
  role text NOT NULL,
  racks text NOT NULL DEFAULT '*',
  apps text NOT NULL DEFAULT '*',
  expires_at timestamptz,
  reason text,
  created_at timestamptz NOT NULL DEFAULT now(),
  created_by text NOT NULL,
  permissions text,
  invitation uuid REFERENCES gateway.invitations (id)
);
CREATE INDEX ON gateway.bindings (subject_kind, subject_id);
CREATE INDEX ON gateway.bindings (created_at, id);
CREATE UNIQUE INDEX bindings_once ON gateway.bindings (subject_kind, subject_id, role, racks, apps, expires_at)
  NULLS NOT DISTINCT WHERE permissions IS NULL;
`
