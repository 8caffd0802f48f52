/** The previous tokens of a session stay valid during the overlap. After it, they are recognized as superseded. */
export const sessionRenewal = {
  name: '0008-session-renewal',
  sql: `
ALTER TABLE gateway.sessions ADD COLUMN authenticated_at timestamptz NOT NULL DEFAULT now();
UPDATE gateway.sessions SET authenticated_at = created_at;
ALTER TABLE gateway.credentials ADD COLUMN superseded_at timestamptz;
`,
}
