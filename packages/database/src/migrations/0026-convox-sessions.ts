/** Sessions of the stock CLI end within a day, whatever a renewal would give them. */
export const convoxSessions = {
  name: '0026-convox-sessions',
  sql: `
ALTER TABLE gateway.sessions ADD COLUMN renewable boolean NOT NULL DEFAULT true;
`,
}
