/** The owner of a table has every privilege, so triggers reject its changes, too. */
export const appendOnly = `
CREATE FUNCTION audit.refuse_change() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RAISE EXCEPTION 'audit events are append-only: % of % is refused', TG_OP, TG_TABLE_NAME
    USING ERRCODE = 'insufficient_privilege';
END
$$;
REVOKE ALL ON FUNCTION audit.refuse_change() FROM PUBLIC;
`

/** `ALWAYS`: the trigger also fires if a session sets `session_replication_role` to `replica`. */
export function refuseChanges(table: string): string {
  return `CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON ${table}
  FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change();
ALTER TABLE ${table} ENABLE ALWAYS TRIGGER refuse_change;`
}
