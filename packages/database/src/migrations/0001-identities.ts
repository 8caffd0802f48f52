export const identities = {
  name: '0001-identities',
  sql: `
CREATE TABLE gateway.users (
  id uuid PRIMARY KEY,
  issuer text NOT NULL,
  subject text NOT NULL,
  email text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  locked_at timestamptz,
  UNIQUE (issuer, subject)
);

CREATE TABLE gateway.service_accounts (
  id uuid PRIMARY KEY,
  name text NOT NULL UNIQUE,
  created_at timestamptz NOT NULL DEFAULT now(),
  disabled_at timestamptz
);

CREATE TABLE gateway.sessions (
  id uuid PRIMARY KEY,
  user_id uuid NOT NULL REFERENCES gateway.users (id),
  device text NOT NULL,
  rack text,
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL,
  ended_at timestamptz,
  ended_reason text
);
CREATE INDEX ON gateway.sessions (user_id);

CREATE TABLE gateway.api_tokens (
  id uuid PRIMARY KEY,
  name text NOT NULL,
  user_id uuid REFERENCES gateway.users (id),
  service_account_id uuid REFERENCES gateway.service_accounts (id),
  rack text,
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL,
  revoked_at timestamptz,
  CONSTRAINT api_tokens_one_owner CHECK (num_nonnulls(user_id, service_account_id) = 1)
);
CREATE INDEX ON gateway.api_tokens (user_id);
CREATE INDEX ON gateway.api_tokens (service_account_id);

CREATE TABLE gateway.credentials (
  hash bytea PRIMARY KEY CONSTRAINT credentials_hash_length CHECK (octet_length(hash) = 32),
  session_id uuid REFERENCES gateway.sessions (id),
  api_token_id uuid REFERENCES gateway.api_tokens (id),
  issued_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL,
  CONSTRAINT credentials_one_subject CHECK (num_nonnulls(session_id, api_token_id) = 1)
);
CREATE INDEX ON gateway.credentials (session_id);
CREATE INDEX ON gateway.credentials (api_token_id);

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
  created_by text NOT NULL
);
CREATE INDEX ON gateway.bindings (subject_kind, subject_id);

CREATE TABLE gateway.runs (
  rack text NOT NULL,
  app text NOT NULL,
  process text NOT NULL,
  principal text NOT NULL,
  service text NOT NULL,
  intent uuid NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (rack, app, process)
);
CREATE INDEX ON gateway.runs (expires_at);
`,
}
