/**
 * After a crash, another process adopts the stream of the lost process: it writes an `outcome.unknown` event for each call that
 * has no end. For that, it needs the previous stream of that process, whether the process had a fallback file, and the number
 * up to which it has written these events (`accounted_seq`). The index `events_of` finds the end of a call in any stream.
 */
export const adoption = {
  name: '0013-adoption',
  sql: `
ALTER TABLE audit.streams
  ADD COLUMN follows uuid,
  ADD COLUMN fallback boolean NOT NULL DEFAULT false,
  ADD COLUMN accounted_seq bigint,
  ADD COLUMN accounted_at timestamptz;
CREATE INDEX ON audit.streams (adopted_by) WHERE adopted_by IS NOT NULL AND accounted_at IS NULL;
CREATE INDEX events_of ON audit.events (of_event) WHERE of_event IS NOT NULL;
`,
}
