/**
 * API tokens, and the hashes of all tokens that callers send. The previous tokens of a session stay valid during the
 * overlap. After it, they are recognized as superseded.
 *
 * `last_uses` is a table of its own, because a use changes no identity and must not raise the revision.
 */
export const credentials = `
CREATE TABLE gateway.api_tokens (
  id uuid PRIMARY KEY,
  name text NOT NULL,
  user_id uuid REFERENCES gateway.users (id),
  service_account_id uuid REFERENCES gateway.service_accounts (id),
  rack text,
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL,
  revoked_at timestamptz,
  prefix text,
  sources text NOT NULL DEFAULT '',
  CONSTRAINT api_tokens_one_owner CHECK (num_nonnulls(user_id, service_account_id) = 1)
);
CREATE INDEX ON gateway.api_tokens (user_id);
CREATE INDEX ON gateway.api_tokens (service_account_id);
CREATE INDEX ON gateway.api_tokens (created_at, id);

CREATE TABLE gateway.credentials (
  hash bytea PRIMARY KEY CONSTRAINT credentials_hash_length CHECK (octet_length(hash) = 32),
  session_id uuid REFERENCES gateway.sessions (id),
  api_token_id uuid REFERENCES gateway.api_tokens (id),
  issued_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL,
  workload_session_id uuid REFERENCES gateway.workload_sessions (id),
  superseded_at timestamptz,
  CONSTRAINT credentials_one_subject CHECK (num_nonnulls(session_id, api_token_id, workload_session_id) = 1)
);
CREATE INDEX ON gateway.credentials (session_id);
CREATE INDEX ON gateway.credentials (api_token_id);
CREATE INDEX ON gateway.credentials (workload_session_id);

CREATE TABLE gateway.last_uses (
  credential uuid PRIMARY KEY,
  used_at timestamptz NOT NULL,
  address text NOT NULL
);
`
