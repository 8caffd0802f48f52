/** A session that is renewed gets a new token; the ones before it go on for a while, and are known for what they are after that. */
export const sessionRenewal = {
  name: '0008-session-renewal',
  sql: `
ALTER TABLE gateway.sessions ADD COLUMN authenticated_at timestamptz NOT NULL DEFAULT now();
UPDATE gateway.sessions SET authenticated_at = created_at;
ALTER TABLE gateway.credentials ADD COLUMN superseded_at timestamptz;
`,
}
