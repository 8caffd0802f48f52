/**
 * `sealed` is an encrypted refresh token of an identity provider. Neither `provider_grants` nor `last_uses` contains
 * permissions, so their changes do not raise the revision.
 */
export const renewalsAndUses = {
  name: '0012-renewals-and-uses',
  sql: `
CREATE TABLE gateway.provider_grants (
  user_id uuid PRIMARY KEY REFERENCES gateway.users (id),
  version integer NOT NULL,
  sealed bytea,
  checked_at timestamptz NOT NULL,
  claimed_until timestamptz
);

INSERT INTO gateway.last_uses (credential, used_at, address)
  SELECT session_id, used_at, 'unknown' FROM gateway.session_uses
  ON CONFLICT (credential) DO NOTHING;
DROP TABLE gateway.session_uses;
`,
}
