/** The list of recordings. The events `opened` and `closed` are the evidence. The chunks are in the recording store. */
export const recordings = {
  name: '0018-recordings',
  sql: `
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
  lost bigint
);
CREATE INDEX recordings_open ON gateway.recordings (stream) WHERE ended_at IS NULL;
CREATE INDEX recordings_app ON gateway.recordings (rack, app, id);
CREATE INDEX recordings_principal ON gateway.recordings (principal, id);
`,
}
