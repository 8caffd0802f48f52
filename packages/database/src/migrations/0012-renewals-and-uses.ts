/**
 * Adds encrypted refresh tokens of identity providers, and moves the last uses of browser sessions to `last_uses`, the table of
 * all other credentials. Neither contains permissions, so changes of them do not raise the revision.
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
