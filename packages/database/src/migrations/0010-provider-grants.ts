/** Refresh tokens of identity providers, sealed. They say nothing about who may do what, so they don't raise the revision. */
export const providerGrants = {
  name: '0010-provider-grants',
  sql: `
CREATE TABLE gateway.provider_grants (
  user_id uuid PRIMARY KEY REFERENCES gateway.users (id),
  version integer NOT NULL,
  sealed bytea,
  checked_at timestamptz NOT NULL,
  claimed_until timestamptz
);
`,
}
