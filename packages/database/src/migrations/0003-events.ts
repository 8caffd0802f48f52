/** Events are append-only. The owner of the table has every privilege, so triggers reject its changes, too. */
export const events = {
  name: '0003-events',
  sql: `
CREATE TABLE audit.streams (
  id uuid PRIMARY KEY,
  month timestamptz NOT NULL,
  host text NOT NULL,
  pid integer NOT NULL,
  opened_at timestamptz NOT NULL DEFAULT now(),
  lease_until timestamptz NOT NULL,
  closed_at timestamptz,
  adopted_by uuid
);
CREATE INDEX ON audit.streams (lease_until) WHERE closed_at IS NULL AND adopted_by IS NULL;

CREATE TABLE audit.events (
  stream uuid NOT NULL,
  seq bigint NOT NULL CONSTRAINT events_seq_positive CHECK (seq > 0),
  at timestamptz NOT NULL,
  id uuid NOT NULL,
  kind text NOT NULL,
  request text,
  of_event uuid,
  principal text,
  principal_name text,
  address text,
  rack text,
  app text,
  route text,
  permission text,
  effect text,
  rule text,
  status smallint,
  process text,
  command text,
  canonical text NOT NULL,
  prev bytea NOT NULL CONSTRAINT events_prev_length CHECK (octet_length(prev) = 32),
  hash bytea NOT NULL CONSTRAINT events_hash_length CHECK (octet_length(hash) = 32),
  written_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (stream, seq, at)
) PARTITION BY RANGE (at);
CREATE INDEX events_at ON audit.events (at);
CREATE INDEX events_principal ON audit.events (principal, at);
CREATE INDEX events_app ON audit.events (rack, app, at);
CREATE INDEX events_kind ON audit.events (kind, at);
CREATE INDEX events_id ON audit.events (id);
CREATE INDEX events_request ON audit.events (request);

CREATE FUNCTION audit.refuse_change() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RAISE EXCEPTION 'audit events are append-only: % of % is refused', TG_OP, TG_TABLE_NAME
    USING ERRCODE = 'insufficient_privilege';
END
$$;
REVOKE ALL ON FUNCTION audit.refuse_change() FROM PUBLIC;

CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit.events
  FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change();
ALTER TABLE audit.events ENABLE ALWAYS TRIGGER refuse_change;
`,
}
