/**
 * A call counts only while the process of its audit stream lives. A request to end a call changes no identity, but
 * raises the revision, because every process follows the revision. These requests have a table of their own, because
 * a user can end a recorded session before its call is listed.
 */
export const liveCalls = {
  name: '0028-live-calls',
  sql: `
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
  command text
);

CREATE TABLE gateway.call_endings (
  call uuid PRIMARY KEY,
  reason text NOT NULL,
  requested_at timestamptz NOT NULL DEFAULT now()
);

CREATE OR REPLACE FUNCTION gateway.raise_revision() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  raised bigint;
  changed text[] := CASE WHEN TG_TABLE_NAME IN ('recordings', 'call_endings') THEN '{}'::text[] END;
BEGIN
  UPDATE gateway.revision SET value = value + 1 WHERE one = 1 RETURNING value INTO STRICT raised;
  INSERT INTO gateway.changed_subjects VALUES (raised, changed);
  DELETE FROM gateway.changed_subjects WHERE revision <= raised - 1000;
  PERFORM pg_notify('gateway_revision', raised::text);
  RETURN NULL;
END
$$;
CREATE TRIGGER raise_revision AFTER INSERT OR UPDATE ON gateway.call_endings
  FOR EACH ROW EXECUTE FUNCTION gateway.raise_revision();
`,
}
