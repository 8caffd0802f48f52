/**
 * A subject has each binding once. Of equal bindings, the oldest stays, so nobody's permissions change. The row lock of
 * the revision comes first, as in changes of identities, so that no other replica adds a binding in between.
 *
 * Bindings with permissions of their own belong to one API token, which gets them when it is created.
 */
export const uniqueBindings = {
  name: '0033-unique-bindings',
  sql: `
SELECT value FROM gateway.revision FOR UPDATE;

DELETE FROM gateway.bindings later USING gateway.bindings earlier
WHERE later.permissions IS NULL AND earlier.permissions IS NULL
  AND later.subject_kind = earlier.subject_kind AND later.subject_id = earlier.subject_id
  AND later.role = earlier.role AND later.racks = earlier.racks AND later.apps = earlier.apps
  AND later.expires_at IS NOT DISTINCT FROM earlier.expires_at
  AND (later.created_at, later.id) > (earlier.created_at, earlier.id);

CREATE UNIQUE INDEX bindings_once ON gateway.bindings (subject_kind, subject_id, role, racks, apps, expires_at)
  NULLS NOT DISTINCT WHERE permissions IS NULL;
`,
}
