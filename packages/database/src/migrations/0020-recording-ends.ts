/**
 * A user can end a recorded session on any replica (`ending`). This raises the revision, which every replica polls
 * twice a second. Retention removes recordings (`removed_…`).
 */
export const recordingEnds = {
  name: '0020-recording-ends',
  sql: `
ALTER TABLE gateway.recordings
  ADD COLUMN ending text,
  ADD COLUMN removed_at timestamptz,
  ADD COLUMN removed_because text;
CREATE INDEX recordings_kept ON gateway.recordings (ended_at, id) WHERE ended_at IS NOT NULL AND removed_because IS NULL;
CREATE INDEX recordings_removing ON gateway.recordings (id) WHERE removed_because IS NOT NULL AND removed_at IS NULL;
CREATE TRIGGER raise_revision AFTER UPDATE OF ending ON gateway.recordings
  FOR EACH ROW WHEN (NEW.ending IS DISTINCT FROM OLD.ending)
  EXECUTE FUNCTION gateway.raise_revision();
`,
}
