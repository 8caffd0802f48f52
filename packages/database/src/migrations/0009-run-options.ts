/** How a run was started, for the exec that follows it. */
export const runOptions = {
  name: '0009-run-options',
  sql: `
ALTER TABLE gateway.runs ADD COLUMN environment text NOT NULL DEFAULT '';
ALTER TABLE gateway.runs ADD COLUMN newest_release boolean NOT NULL DEFAULT true;
`,
}
