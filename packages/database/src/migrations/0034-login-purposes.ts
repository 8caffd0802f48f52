/** A CLI login can be for changes of second factors. The user sees this before they allow the login. */
export const loginPurposes = {
  name: '0034-login-purposes',
  sql: `
ALTER TABLE gateway.sessions ADD COLUMN purpose text CHECK (purpose = 'second-factors');
ALTER TABLE gateway.loopback_logins ADD COLUMN purpose text CHECK (purpose = 'second-factors');
`,
}
