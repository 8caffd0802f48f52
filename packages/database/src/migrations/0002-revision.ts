const watched = ['users', 'service_accounts', 'sessions', 'api_tokens', 'credentials', 'bindings']

/**
 * Triggers raise the revision with each change of an identity. Each replica watches the revision, and then drops the
 * identities that it has cached. The row lock on `revision` orders the writers, so a reader of revision N sees every
 * change up to N.
 */
export const revision = {
  name: '0002-revision',
  sql: `
CREATE TABLE gateway.revision (
  one smallint PRIMARY KEY CHECK (one = 1),
  value bigint NOT NULL
);
INSERT INTO gateway.revision VALUES (1, 1);

CREATE FUNCTION gateway.raise_revision() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  raised bigint;
BEGIN
  UPDATE gateway.revision SET value = value + 1 WHERE one = 1 RETURNING value INTO STRICT raised;
  PERFORM pg_notify('gateway_revision', raised::text);
  RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION gateway.raise_revision() FROM PUBLIC;
${watched.map(raiseOnChange).join('\n')}
`,
}

function raiseOnChange(table: string) {
  return `CREATE TRIGGER raise_revision AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON gateway.${table}
  FOR EACH STATEMENT EXECUTE FUNCTION gateway.raise_revision();`
}
