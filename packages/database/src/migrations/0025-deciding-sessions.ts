/** A login of the CLI creates no session if the browser session that approved it has ended. */
export const decidingSessions = {
  name: '0025-deciding-sessions',
  sql: `
ALTER TABLE gateway.loopback_logins ADD COLUMN session_id uuid;
ALTER TABLE gateway.device_logins ADD COLUMN session_id uuid;
`,
}
