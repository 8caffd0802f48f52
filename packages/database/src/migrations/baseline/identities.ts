/** People and service accounts. Issuer and subject identify a person, never the email alone. */
export const identities = `
CREATE TABLE gateway.users (
  id uuid PRIMARY KEY,
  issuer text NOT NULL,
  subject text NOT NULL,
  email text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  locked_at timestamptz,
  groups text[] NOT NULL DEFAULT '{}',
  locked_reason text,
  UNIQUE (issuer, subject)
);
CREATE INDEX ON gateway.users (created_at, id);

CREATE TABLE gateway.service_accounts (
  id uuid PRIMARY KEY,
  name text NOT NULL UNIQUE,
  created_at timestamptz NOT NULL DEFAULT now(),
  disabled_at timestamptz
);
CREATE INDEX ON gateway.service_accounts (created_at, id);

CREATE TABLE gateway.first_administrators (
  issuer text NOT NULL,
  email text NOT NULL,
  user_id uuid NOT NULL REFERENCES gateway.users (id),
  PRIMARY KEY (issuer, email)
);
`
