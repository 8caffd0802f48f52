/**
 * After a crash, another process adopts the stream of the lost process: it writes an `outcome.unknown` event for each
 * call that has no end. `follows` is the previous stream of the lost process. `accounted_seq` is the number up to which
 * the adopting process has written these events. The index `events_of` finds the end of a call in any stream.
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
