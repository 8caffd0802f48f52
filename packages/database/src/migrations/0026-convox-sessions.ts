/** Sessions of the stock CLI expire within a day. A renewal cannot extend them. */
export const convoxSessions = {
  name: '0026-convox-sessions',
  sql: `
ALTER TABLE gateway.sessions ADD COLUMN renewable boolean NOT NULL DEFAULT true;
`,
}
