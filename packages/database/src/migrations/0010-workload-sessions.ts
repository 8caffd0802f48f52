/** Sessions of jobs, and trusts, are listed in pages. */
export const workloadSessions = {
  name: '0010-workload-sessions',
  sql: `
ALTER TABLE gateway.workload_sessions ADD COLUMN ended_at timestamptz;
ALTER TABLE gateway.workload_sessions ADD COLUMN ended_reason text;
CREATE INDEX ON gateway.workload_sessions (created_at, id);
CREATE INDEX ON gateway.workload_sessions (expires_at);
CREATE INDEX ON gateway.trusts (created_at, id);
`,
}
