/**
 * What adopting a stream needs: the stream before it, whether its process had a file for bad times, and how far its open calls are
 * accounted for. `events_of` tells whether a call has ended, whichever stream its end is in.
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
