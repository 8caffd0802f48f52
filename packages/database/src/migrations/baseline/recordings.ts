/**
 * The list of recordings. The events `opened` and `closed` are the evidence. The chunks are in the recording store.
 * Retention removes recordings (`removed_…`).
 */
export const recordings = `
CREATE TABLE gateway.recordings (
  id uuid PRIMARY KEY,
  started_at timestamptz NOT NULL,
  stream uuid NOT NULL,
  opened uuid NOT NULL,
  mode text NOT NULL,
  principal text NOT NULL,
  principal_name text NOT NULL,
  rack text NOT NULL,
  app text,
  process text,
  route text NOT NULL,
  command text,
  ended_at timestamptz,
  chunks bigint,
  bytes bigint,
  head text,
  lost bigint,
  grant_id uuid,
  removed_at timestamptz,
  removed_because text
);
CREATE INDEX recordings_open ON gateway.recordings (stream) WHERE ended_at IS NULL;
CREATE INDEX recordings_app ON gateway.recordings (rack, app, id);
CREATE INDEX recordings_principal ON gateway.recordings (principal, id);
CREATE INDEX recordings_grant ON gateway.recordings (grant_id, id) WHERE grant_id IS NOT NULL;
CREATE INDEX recordings_kept ON gateway.recordings (ended_at, id) WHERE ended_at IS NOT NULL AND removed_because IS NULL;
CREATE INDEX recordings_removing ON gateway.recordings (id) WHERE removed_because IS NOT NULL AND removed_at IS NULL;
`
