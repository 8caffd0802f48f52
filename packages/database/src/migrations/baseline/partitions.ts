/**
 * TRUNCATE of a partition does not fire the parent's triggers, and a detached partition loses the triggers that it
 * inherited. So each partition has triggers of its own. ATTACH, unlike PARTITION OF, does not lock the writers out.
 *
 * `ensure_partition` locks the table. An advisory lock would not be enough, because a wait for it does not refresh the
 * cached catalog of the session. The session could then miss a partition that another session has just created.
 */
export const partitions = `
CREATE FUNCTION audit.ensure_partition(month date) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' AS $$
DECLARE
  first_day date := date_trunc('month', month)::date;
  next_first_day date := (date_trunc('month', month) + interval '1 month')::date;
  this_month date := date_trunc('month', now())::date;
  partition text := 'events_' || to_char(month, 'YYYY_MM');
BEGIN
  IF month IS NULL OR first_day < this_month - interval '1 month' OR first_day > this_month + interval '3 months' THEN
    RAISE EXCEPTION 'no partition for %: it must be from last month to three months ahead; check the clock', month
      USING ERRCODE = 'datetime_field_overflow';
  END IF;
  IF to_regclass('audit.' || quote_ident(partition)) IS NOT NULL THEN
    RETURN partition;
  END IF;
  LOCK TABLE audit.events IN SHARE UPDATE EXCLUSIVE MODE;
  IF to_regclass('audit.' || quote_ident(partition)) IS NOT NULL THEN
    RETURN partition;
  END IF;
  EXECUTE format('CREATE TABLE audit.%I (LIKE audit.events INCLUDING ALL)', partition);
  EXECUTE format('REVOKE ALL ON audit.%I FROM PUBLIC', partition);
  EXECUTE format('CREATE TRIGGER refuse_row_change BEFORE UPDATE OR DELETE ON audit.%I
    FOR EACH ROW EXECUTE FUNCTION audit.refuse_change()', partition);
  EXECUTE format('CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit.%I
    FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change()', partition);
  EXECUTE format('ALTER TABLE audit.%I ENABLE ALWAYS TRIGGER refuse_row_change', partition);
  EXECUTE format('ALTER TABLE audit.%I ENABLE ALWAYS TRIGGER refuse_change', partition);
  EXECUTE format('ALTER TABLE audit.events ATTACH PARTITION audit.%I FOR VALUES FROM (%L) TO (%L)',
    partition, first_day::timestamptz, next_first_day::timestamptz);
  RETURN partition;
END
$$;
REVOKE ALL ON FUNCTION audit.ensure_partition(date) FROM PUBLIC;
`
