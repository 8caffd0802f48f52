/** Successful changes of an app in the order of time. Reads, intents, and failures have no entry. */
export const appChanges = {
  name: '0029-app-changes',
  sql: `
CREATE INDEX events_changes ON audit.events (rack, app, at) WHERE kind = 'outcome' AND status < 400;
`,
}
