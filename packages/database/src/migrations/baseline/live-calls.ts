/**
 * A call counts only while the process of its audit stream lives. Requests to end a call have a table of their own,
 * because a user can end a recorded session before its call is listed.
 */
export const liveCalls = `
CREATE TABLE gateway.live_calls (
  id uuid PRIMARY KEY,
  stream uuid NOT NULL,
  started_at timestamptz NOT NULL,
  request text NOT NULL,
  opened uuid,
  recording uuid,
  principal text NOT NULL,
  principal_kind text NOT NULL,
  principal_name text NOT NULL,
  owner text,
  rack text NOT NULL,
  app text,
  service text,
  process text,
  route text NOT NULL,
  path text NOT NULL,
  kind text NOT NULL,
  command text,
  grant_id uuid
);

CREATE TABLE gateway.call_endings (
  call uuid PRIMARY KEY,
  reason text NOT NULL,
  requested_at timestamptz NOT NULL DEFAULT now()
);
`
