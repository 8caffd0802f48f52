import { refuseChanges } from './append-only.ts'

/**
 * Only `drop_archived_month` drops a month: after its archive was recorded, and only if the partition still has exactly
 * the archived events. The lock for the count blocks no writer, because a past month gets no events. The lock on the
 * whole table waits at most a second, and delays callers for as long.
 */
export const archives = `
CREATE TABLE audit.archives (
  month date NOT NULL CONSTRAINT archives_month_first_day CHECK (extract(day FROM month) = 1),
  hash bytea NOT NULL CONSTRAINT archives_hash_length CHECK (octet_length(hash) = 32),
  place text NOT NULL,
  events bigint NOT NULL CONSTRAINT archives_events CHECK (events >= 0),
  manifest text NOT NULL,
  at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (month, hash, place)
);
${refuseChanges('audit.archives')}

CREATE FUNCTION audit.digest_line(digest bytea, line text) RETURNS bytea
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT pg_catalog.sha256(digest OPERATOR(pg_catalog.||) pg_catalog.sha256(pg_catalog.convert_to(line, 'UTF8')))
$$;
CREATE AGGREGATE audit.digest_lines(text) (
  SFUNC = audit.digest_line,
  STYPE = bytea,
  INITCOND = '\\x0000000000000000000000000000000000000000000000000000000000000000'
);

CREATE FUNCTION audit.drop_archived_month(archived date, manifest_hash bytea, archived_events bigint, archived_digest bytea)
RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' AS $$
DECLARE
  partition text := 'events_' || to_char(archived, 'YYYY_MM');
  next_month date := (archived + interval '1 month')::date;
  bounds text;
  present_events bigint;
  present_digest bytea;
BEGIN
  IF next_month::timestamptz > now() THEN
    RAISE EXCEPTION 'the month of % is not over', archived USING ERRCODE = 'object_not_in_prerequisite_state';
  END IF;
  IF NOT EXISTS (SELECT FROM audit.archives a WHERE a.month = archived AND a.hash = manifest_hash) THEN
    RAISE EXCEPTION 'no such archive of the month of % is recorded', archived USING ERRCODE = 'object_not_in_prerequisite_state';
  END IF;
  SELECT pg_get_expr(c.relpartbound, c.oid) INTO bounds FROM pg_class c JOIN pg_inherits i ON i.inhrelid = c.oid
    WHERE c.relname = partition AND c.relnamespace = 'audit'::regnamespace AND i.inhparent = 'audit.events'::regclass;
  IF bounds IS DISTINCT FROM format('FOR VALUES FROM (%L) TO (%L)', archived::timestamptz, next_month::timestamptz) THEN
    RAISE EXCEPTION 'audit.% is not the partition of the month of %', partition, archived USING ERRCODE = 'undefined_table';
  END IF;
  EXECUTE format('LOCK TABLE audit.%I IN SHARE MODE', partition);
  EXECUTE format('SELECT count(*), audit.digest_lines(''{"event":'' || canonical || '',"hash":"'' || encode(hash, ''hex'')
    || ''","prev":"'' || encode(prev, ''hex'') || ''"}'' ORDER BY stream, seq, at) FROM audit.%I', partition)
    INTO present_events, present_digest;
  IF present_events <> archived_events OR present_digest IS DISTINCT FROM archived_digest THEN
    RAISE EXCEPTION 'audit.% does not hold what was archived', partition USING ERRCODE = 'data_exception';
  END IF;
  PERFORM set_config('lock_timeout', '1s', true);
  LOCK TABLE ONLY audit.events IN ACCESS EXCLUSIVE MODE;
  EXECUTE format('ALTER TABLE audit.events DETACH PARTITION audit.%I', partition);
  EXECUTE format('DROP TABLE audit.%I', partition);
END
$$;
REVOKE ALL ON FUNCTION audit.digest_line(bytea, text), audit.digest_lines(text),
  audit.drop_archived_month(date, bytea, bigint, bytea) FROM PUBLIC;
`
