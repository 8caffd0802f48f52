/** The subject of a row of each table, as `<kind>:<ID>` or `group:<name>`. */
const subjects = {
  users: `'user:' || id`,
  service_accounts: `'service-account:' || id`,
  sessions: `'session:' || id`,
  api_tokens: `'api-token:' || id`,
  credentials: `COALESCE('session:' || session_id, 'api-token:' || api_token_id, 'workload:' || workload_session_id)`,
  bindings: `subject_kind || ':' || subject_id`,
  trusts: `'trust:' || id`,
  workload_sessions: `'workload:' || id`,
} as const

/** A change of more subjects counts as a change of every subject. */
const maxSubjects = 100
/** The number of revisions whose subjects are stored. Those of older ones are deleted. */
const maxRevisions = 1_000

/**
 * Each revision has the subjects whose identity it changed, so that a replica drops only these from its cache. The
 * triggers read the subjects from the changed rows, so that a change by another program counts, too. Null means every
 * subject.
 */
export const changedSubjects = {
  name: '0024-changed-subjects',
  sql: `
CREATE TABLE gateway.changed_subjects (
  revision bigint PRIMARY KEY,
  subjects text[]
);

CREATE OR REPLACE FUNCTION gateway.raise_revision() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  raised bigint;
  changed text[] := CASE WHEN TG_TABLE_NAME = 'recordings' THEN '{}'::text[] END;
BEGIN
  ${raiseRevision('changed')}
  RETURN NULL;
END
$$;
${Object.entries(subjects).map(raiseBySubject).join('\n')}
`,
}

function raiseRevision(changed: string): string {
  return `UPDATE gateway.revision SET value = value + 1 WHERE one = 1 RETURNING value INTO STRICT raised;
  INSERT INTO gateway.changed_subjects VALUES (raised, ${changed});
  DELETE FROM gateway.changed_subjects WHERE revision <= raised - ${maxRevisions};
  PERFORM pg_notify('gateway_revision', raised::text);`
}

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
  ${raiseRevision('changed')}
  RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION gateway.raise_revision_of_${table}() FROM PUBLIC;
DROP TRIGGER raise_revision ON gateway.${table};
CREATE TRIGGER raise_revision AFTER TRUNCATE ON gateway.${table}
  FOR EACH STATEMENT EXECUTE FUNCTION gateway.raise_revision();
CREATE TRIGGER raise_revision_insert AFTER INSERT ON gateway.${table} REFERENCING NEW TABLE AS new_rows ${action}
CREATE TRIGGER raise_revision_update AFTER UPDATE ON gateway.${table}
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows ${action}
CREATE TRIGGER raise_revision_delete AFTER DELETE ON gateway.${table} REFERENCING OLD TABLE AS old_rows ${action}`
}
