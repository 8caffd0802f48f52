/** `last_uses` is a table of its own, because a use changes no identity and must not raise the revision. */
export const apiTokens = {
  name: '0006-api-tokens',
  sql: `
ALTER TABLE gateway.users ADD COLUMN locked_reason text;
ALTER TABLE gateway.api_tokens ADD COLUMN prefix text;
ALTER TABLE gateway.api_tokens ADD COLUMN sources text NOT NULL DEFAULT '';
ALTER TABLE gateway.bindings ADD COLUMN permissions text;

CREATE TABLE gateway.last_uses (
  credential uuid PRIMARY KEY,
  used_at timestamptz NOT NULL,
  address text NOT NULL
);

CREATE INDEX ON gateway.users (created_at, id);
CREATE INDEX ON gateway.sessions (created_at, id);
CREATE INDEX ON gateway.api_tokens (created_at, id);
CREATE INDEX ON gateway.bindings (created_at, id);
CREATE INDEX ON gateway.service_accounts (created_at, id);
`,
}
