/** The first exec in a run, by the session that started the run, is covered by the proof for the run. */
export const runAttachments = {
  name: '0035-run-attachments',
  sql: `
ALTER TABLE gateway.runs ADD COLUMN credential text;
ALTER TABLE gateway.runs ADD COLUMN attached_at timestamptz;
`,
}
