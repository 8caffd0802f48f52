/** The subject of a row of each table, as `<kind>:<ID>` or `group:<name>`. */
const subjects = {
  users: `'user:' || id`,
  service_accounts: `'service-account:' || id`,
  sessions: `'session:' || id`,
  api_tokens: `'api-token:' || id`,
  credentials: `COALESCE('session:' || session_id, 'api-token:' || api_token_id, 'workload:' || workload_session_id)`,
  bindings: `subject_kind || ':' || subject_id`,
  access_requests: `'user:' || user_id`,
  trusts: `'trust:' || id`,
  workload_sessions: `'workload:' || id`,
} as const

/** A change of more subjects counts as a change of every subject. */
const maxSubjects = 100
/** The number of revisions whose subjects are stored. Those of older ones are deleted. */
const maxRevisions = 1_000

/**
 * Triggers raise the revision with each change of an identity. Each replica watches the revision, and then drops the
 * identities that it has cached. The row lock on `revision` orders the writers, so a reader of revision N sees every
 * change up to N.
 *
 * Each revision has the subjects whose identity it changed, so that a replica drops only these from its cache. The
 * triggers read the subjects from the changed rows, so that a change by another program counts, too. Null means every
 * subject.
 *
 * - Adding or removing a factor raises the revision for its user, because decisions depend on whether a user has one.
 * - A request to end a live call changes no identity. It raises the revision because every process follows the revision.
 *
 * The functions share their statements as text, because a common function would have to be executable by the runtime
 * login: PostgreSQL checks the privilege for functions that a trigger's function calls, but not for the trigger's own.
 */
export const revision = `
CREATE TABLE gateway.revision (
  one smallint PRIMARY KEY CHECK (one = 1),
  value bigint NOT NULL
);
INSERT INTO gateway.revision VALUES (1, 1);

CREATE TABLE gateway.changed_subjects (
  revision bigint PRIMARY KEY,
  subjects text[]
);

CREATE FUNCTION gateway.raise_revision() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  raised bigint;
  changed text[] := CASE WHEN TG_TABLE_NAME = 'call_endings' THEN '{}'::text[] END;
BEGIN
  ${raiseForChanged()}
  RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION gateway.raise_revision() FROM PUBLIC;
CREATE TRIGGER raise_revision AFTER INSERT OR UPDATE ON gateway.call_endings
  FOR EACH ROW EXECUTE FUNCTION gateway.raise_revision();
${Object.entries(subjects).map(raiseBySubject).join('\n')}

CREATE FUNCTION gateway.raise_revision_of_second_factors() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  raised bigint;
  changed text[] := ARRAY['user:' || COALESCE(NEW.user_id, OLD.user_id)];
BEGIN
  ${raiseForChanged()}
  RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION gateway.raise_revision_of_second_factors() FROM PUBLIC;
CREATE TRIGGER raise_revision AFTER INSERT OR DELETE ON gateway.second_factors
  FOR EACH ROW EXECUTE FUNCTION gateway.raise_revision_of_second_factors();
`

/** Statements of a function with the variables `raised` and `changed`. */
function raiseForChanged(): string {
  return `UPDATE gateway.revision SET value = value + 1 WHERE one = 1 RETURNING value INTO STRICT raised;
  INSERT INTO gateway.changed_subjects VALUES (raised, changed);
  DELETE FROM gateway.changed_subjects WHERE revision <= raised - ${maxRevisions};
  PERFORM pg_notify('gateway_revision', raised::text);`
}

/** Transition tables need a trigger for each kind of change, and TRUNCATE has none. */
function raiseBySubject([table, subject]: readonly [string, string]): string {
  const collectSubjects = (rows: string) =>
    `SELECT array_agg(DISTINCT subject) INTO changed FROM (SELECT * FROM (${rows}) every_row LIMIT ${maxSubjects + 1}) some_rows;`
  const subjectsOf = (rows: string) => `SELECT ${subject} AS subject FROM ${rows}`
  const action = `FOR EACH STATEMENT EXECUTE FUNCTION gateway.raise_revision_of_${table}();`
  return `
CREATE FUNCTION gateway.raise_revision_of_${table}() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  raised bigint;
  changed text[];
BEGIN
  IF TG_OP = 'INSERT' THEN
    ${collectSubjects(subjectsOf('new_rows'))}
  ELSIF TG_OP = 'DELETE' THEN
    ${collectSubjects(subjectsOf('old_rows'))}
  ELSE
    ${collectSubjects(`${subjectsOf('old_rows')} UNION ${subjectsOf('new_rows')}`)}
  END IF;
  changed := COALESCE(changed, '{}');
  IF cardinality(changed) > ${maxSubjects} THEN
    changed := NULL;
  END IF;
  ${raiseForChanged()}
  RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION gateway.raise_revision_of_${table}() FROM PUBLIC;
CREATE TRIGGER raise_revision AFTER TRUNCATE ON gateway.${table}
  FOR EACH STATEMENT EXECUTE FUNCTION gateway.raise_revision();
CREATE TRIGGER raise_revision_insert AFTER INSERT ON gateway.${table} REFERENCING NEW TABLE AS new_rows ${action}
CREATE TRIGGER raise_revision_update AFTER UPDATE ON gateway.${table}
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows ${action}
CREATE TRIGGER raise_revision_delete AFTER DELETE ON gateway.${table} REFERENCING OLD TABLE AS old_rows ${action}`
}
