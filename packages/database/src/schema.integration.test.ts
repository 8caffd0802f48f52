import { randomUUID } from 'node:crypto'
import { getTableConfig, type PgTable } from 'drizzle-orm/pg-core'
import { afterAll, expect, test } from 'vitest'
import * as schema from './schema.ts'
import { connect } from './testing/connect.ts'
import { createTestDatabase } from './testing/index.ts'

const database = await createTestDatabase()
const owner = connect(database.ownerUrl)
afterAll(async () => {
  await owner.end()
  await database.drop()
})

const tables: PgTable[] = [
  schema.users,
  schema.serviceAccounts,
  schema.sessions,
  schema.secondFactors,
  schema.backupCodes,
  schema.enrollments,
  schema.stepUps,
  schema.stepUpChallenges,
  schema.proofs,
  schema.failedFactors,
  schema.providerRefreshTokens,
  schema.usedLogins,
  schema.loopbackLogins,
  schema.deviceLogins,
  schema.firstAdministrators,
  schema.invitations,
  schema.apiTokens,
  schema.credentials,
  schema.trusts,
  schema.workloadSessions,
  schema.usedJwts,
  schema.bindings,
  schema.accessRequests,
  schema.accessRequestReviews,
  schema.lastUses,
  schema.runs,
  schema.recordings,
  schema.liveCalls,
  schema.callEndings,
  schema.revision,
  schema.changedSubjects,
  schema.streams,
  schema.events,
  schema.checkpoints,
  schema.trees,
  schema.deliveries,
  schema.archives,
  schema.sinks,
  schema.sinkPositions,
  schema.sinkDeadLetters,
]

test('schema.ts describes each table that the migrations make', async () => {
  const made = await owner`
    select relnamespace::regnamespace || '.' || relname as name from pg_class
    where relnamespace in ('gateway'::regnamespace, 'audit'::regnamespace) and relkind in ('r', 'p') and not relispartition`
  const described = tables.map((table) => {
    const { schema: namespace, name } = getTableConfig(table)
    return `${namespace}.${name}`
  })
  expect(made.map(({ name }) => name).sort()).toEqual([...described, 'gateway.migrations'].sort())
})

test.each(tables.map((table) => [getTableConfig(table).name, table] as const))(
  'the migrations make %s as schema.ts describes it',
  async (_, table) => {
    const { schema: namespace, name, columns, primaryKeys } = getTableConfig(table)
    const actual = await owner`
      select attname as name, format_type(atttypid, atttypmod) as type, attnotnull as required
      from pg_attribute where attrelid = ${`${namespace}.${name}`}::regclass and attnum > 0 and not attisdropped order by attnum`
    const primary = primaryKeys.flatMap((key) => key.columns.map((column) => column.name))
    const described = columns.map((column) => ({
      name: column.name,
      type: column.getSQLType(),
      required: column.notNull || primary.includes(column.name),
    }))
    expect([...actual]).toEqual(described)
  },
)

test('tables, privileges of the runtime login, triggers and checks are as recorded', async () => {
  const privileges = await owner`
    select n.nspname || '.' || regexp_replace(c.relname, '[0-9]{4}_[0-9]{2}$', 'MONTH') as table,
      array_to_string(array(
        select p from unnest(array['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) as p
        where has_table_privilege('rack_gateway', c.oid, p)), ' ') as runtime,
      array_to_string(array(
        select a.attname from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
        and has_column_privilege('rack_gateway', c.oid, a.attnum, 'UPDATE')
        and not has_table_privilege('rack_gateway', c.oid, 'UPDATE')), ' ') as columns
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname in ('gateway', 'audit') and c.relkind in ('r', 'p')
    order by 1`
  const lines = privileges.map(
    (row) => `${row.table}: ${row.runtime || 'nothing'}${row.columns ? ` (UPDATE ${row.columns})` : ''}`,
  )
  expect(lines).toMatchInlineSnapshot(`
    [
      "audit.archives: SELECT",
      "audit.checkpoints: SELECT INSERT",
      "audit.deliveries: SELECT INSERT UPDATE",
      "audit.events: SELECT INSERT",
      "audit.events_MONTH: nothing",
      "audit.events_MONTH: nothing",
      "audit.sink_dead_letters: SELECT INSERT",
      "audit.sink_positions: SELECT INSERT (UPDATE seq held_by held_until finished)",
      "audit.sinks: SELECT INSERT",
      "audit.streams: SELECT INSERT (UPDATE lease_until closed_at adopted_by accounted_seq accounted_at)",
      "audit.trees: SELECT INSERT UPDATE",
      "gateway.access_request_reviews: SELECT INSERT UPDATE DELETE",
      "gateway.access_requests: SELECT INSERT UPDATE DELETE",
      "gateway.api_tokens: SELECT INSERT UPDATE DELETE",
      "gateway.backup_codes: SELECT INSERT UPDATE DELETE",
      "gateway.bindings: SELECT INSERT UPDATE DELETE",
      "gateway.call_endings: SELECT INSERT UPDATE DELETE",
      "gateway.changed_subjects: SELECT INSERT DELETE",
      "gateway.credentials: SELECT INSERT UPDATE DELETE",
      "gateway.device_logins: SELECT INSERT UPDATE DELETE",
      "gateway.enrollments: SELECT INSERT UPDATE DELETE",
      "gateway.failed_factors: SELECT INSERT UPDATE DELETE",
      "gateway.first_administrators: SELECT INSERT UPDATE DELETE",
      "gateway.invitations: SELECT INSERT UPDATE DELETE",
      "gateway.last_uses: SELECT INSERT UPDATE DELETE",
      "gateway.live_calls: SELECT INSERT UPDATE DELETE",
      "gateway.loopback_logins: SELECT INSERT UPDATE DELETE",
      "gateway.migrations: SELECT",
      "gateway.proofs: SELECT INSERT UPDATE DELETE",
      "gateway.provider_refresh_tokens: SELECT INSERT UPDATE DELETE",
      "gateway.recordings: SELECT INSERT UPDATE DELETE",
      "gateway.revision: SELECT UPDATE",
      "gateway.runs: SELECT INSERT UPDATE DELETE",
      "gateway.second_factors: SELECT INSERT UPDATE DELETE",
      "gateway.service_accounts: SELECT INSERT UPDATE DELETE",
      "gateway.sessions: SELECT INSERT UPDATE DELETE",
      "gateway.step_up_challenges: SELECT INSERT UPDATE DELETE",
      "gateway.step_ups: SELECT INSERT UPDATE DELETE",
      "gateway.trusts: SELECT INSERT UPDATE DELETE",
      "gateway.used_jwts: SELECT INSERT UPDATE DELETE",
      "gateway.used_logins: SELECT INSERT UPDATE DELETE",
      "gateway.users: SELECT INSERT UPDATE DELETE",
      "gateway.workload_sessions: SELECT INSERT UPDATE DELETE",
    ]
  `)
  const triggers = await owner`
    select distinct n.nspname || '.' || regexp_replace(c.relname, '[0-9]{4}_[0-9]{2}$', 'MONTH') as table,
      t.tgname as trigger, t.tgenabled as enabled, regexp_replace(pg_get_triggerdef(t.oid), '^CREATE TRIGGER [^ ]+ (.*) ON .*(FOR EACH [A-Z]+).*$', '\\1 \\2') as when
    from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_namespace n on n.oid = c.relnamespace
    where n.nspname in ('gateway', 'audit') and not t.tgisinternal order by 1, 2`
  expect(triggers.map((row) => `${row.table}: ${row.trigger} ${row.when} (${row.enabled})`)).toMatchInlineSnapshot(`
    [
      "audit.archives: refuse_change BEFORE DELETE OR UPDATE OR TRUNCATE FOR EACH STATEMENT (A)",
      "audit.checkpoints: refuse_change BEFORE DELETE OR UPDATE OR TRUNCATE FOR EACH STATEMENT (A)",
      "audit.events: refuse_change BEFORE DELETE OR UPDATE OR TRUNCATE FOR EACH STATEMENT (A)",
      "audit.events_MONTH: refuse_change BEFORE DELETE OR UPDATE OR TRUNCATE FOR EACH STATEMENT (A)",
      "audit.events_MONTH: refuse_row_change BEFORE DELETE OR UPDATE FOR EACH ROW (A)",
      "gateway.access_requests: raise_revision AFTER TRUNCATE FOR EACH STATEMENT (O)",
      "gateway.access_requests: raise_revision_delete AFTER DELETE FOR EACH STATEMENT (O)",
      "gateway.access_requests: raise_revision_insert AFTER INSERT FOR EACH STATEMENT (O)",
      "gateway.access_requests: raise_revision_update AFTER UPDATE FOR EACH STATEMENT (O)",
      "gateway.api_tokens: raise_revision AFTER TRUNCATE FOR EACH STATEMENT (O)",
      "gateway.api_tokens: raise_revision_delete AFTER DELETE FOR EACH STATEMENT (O)",
      "gateway.api_tokens: raise_revision_insert AFTER INSERT FOR EACH STATEMENT (O)",
      "gateway.api_tokens: raise_revision_update AFTER UPDATE FOR EACH STATEMENT (O)",
      "gateway.bindings: raise_revision AFTER TRUNCATE FOR EACH STATEMENT (O)",
      "gateway.bindings: raise_revision_delete AFTER DELETE FOR EACH STATEMENT (O)",
      "gateway.bindings: raise_revision_insert AFTER INSERT FOR EACH STATEMENT (O)",
      "gateway.bindings: raise_revision_update AFTER UPDATE FOR EACH STATEMENT (O)",
      "gateway.call_endings: raise_revision AFTER INSERT OR UPDATE FOR EACH ROW (O)",
      "gateway.credentials: raise_revision AFTER TRUNCATE FOR EACH STATEMENT (O)",
      "gateway.credentials: raise_revision_delete AFTER DELETE FOR EACH STATEMENT (O)",
      "gateway.credentials: raise_revision_insert AFTER INSERT FOR EACH STATEMENT (O)",
      "gateway.credentials: raise_revision_update AFTER UPDATE FOR EACH STATEMENT (O)",
      "gateway.second_factors: raise_revision AFTER INSERT OR DELETE FOR EACH ROW (O)",
      "gateway.service_accounts: raise_revision AFTER TRUNCATE FOR EACH STATEMENT (O)",
      "gateway.service_accounts: raise_revision_delete AFTER DELETE FOR EACH STATEMENT (O)",
      "gateway.service_accounts: raise_revision_insert AFTER INSERT FOR EACH STATEMENT (O)",
      "gateway.service_accounts: raise_revision_update AFTER UPDATE FOR EACH STATEMENT (O)",
      "gateway.sessions: raise_revision AFTER TRUNCATE FOR EACH STATEMENT (O)",
      "gateway.sessions: raise_revision_delete AFTER DELETE FOR EACH STATEMENT (O)",
      "gateway.sessions: raise_revision_insert AFTER INSERT FOR EACH STATEMENT (O)",
      "gateway.sessions: raise_revision_update AFTER UPDATE FOR EACH STATEMENT (O)",
      "gateway.trusts: raise_revision AFTER TRUNCATE FOR EACH STATEMENT (O)",
      "gateway.trusts: raise_revision_delete AFTER DELETE FOR EACH STATEMENT (O)",
      "gateway.trusts: raise_revision_insert AFTER INSERT FOR EACH STATEMENT (O)",
      "gateway.trusts: raise_revision_update AFTER UPDATE FOR EACH STATEMENT (O)",
      "gateway.users: raise_revision AFTER TRUNCATE FOR EACH STATEMENT (O)",
      "gateway.users: raise_revision_delete AFTER DELETE FOR EACH STATEMENT (O)",
      "gateway.users: raise_revision_insert AFTER INSERT FOR EACH STATEMENT (O)",
      "gateway.users: raise_revision_update AFTER UPDATE FOR EACH STATEMENT (O)",
      "gateway.workload_sessions: raise_revision AFTER TRUNCATE FOR EACH STATEMENT (O)",
      "gateway.workload_sessions: raise_revision_delete AFTER DELETE FOR EACH STATEMENT (O)",
      "gateway.workload_sessions: raise_revision_insert AFTER INSERT FOR EACH STATEMENT (O)",
      "gateway.workload_sessions: raise_revision_update AFTER UPDATE FOR EACH STATEMENT (O)",
    ]
  `)
  const functions = await owner`
    select n.nspname || '.' || p.proname as name, p.prosecdef as definer, p.proconfig as settings,
      has_function_privilege('rack_gateway', p.oid, 'EXECUTE') as runtime, has_function_privilege('public', p.oid, 'EXECUTE') as public
    from pg_proc p join pg_namespace n on n.oid = p.pronamespace where n.nspname in ('gateway', 'audit') order by 1`
  expect([...functions]).toMatchInlineSnapshot(`
    [
      {
        "definer": false,
        "name": "audit.address_of",
        "public": false,
        "runtime": true,
        "settings": null,
      },
      {
        "definer": false,
        "name": "audit.digest_line",
        "public": false,
        "runtime": false,
        "settings": null,
      },
      {
        "definer": false,
        "name": "audit.digest_lines",
        "public": false,
        "runtime": false,
        "settings": null,
      },
      {
        "definer": false,
        "name": "audit.drop_archived_month",
        "public": false,
        "runtime": false,
        "settings": [
          "search_path=pg_catalog, pg_temp",
          "TimeZone=UTC",
        ],
      },
      {
        "definer": true,
        "name": "audit.ensure_partition",
        "public": false,
        "runtime": true,
        "settings": [
          "search_path=pg_catalog, pg_temp",
          "TimeZone=UTC",
        ],
      },
      {
        "definer": false,
        "name": "audit.facet_of",
        "public": false,
        "runtime": true,
        "settings": null,
      },
      {
        "definer": false,
        "name": "audit.network_of",
        "public": false,
        "runtime": true,
        "settings": null,
      },
      {
        "definer": false,
        "name": "audit.refuse_change",
        "public": false,
        "runtime": false,
        "settings": [
          "search_path=pg_catalog, pg_temp",
        ],
      },
      {
        "definer": false,
        "name": "audit.words_of",
        "public": false,
        "runtime": true,
        "settings": [
          "search_path=pg_catalog, pg_temp",
        ],
      },
      {
        "definer": false,
        "name": "gateway.raise_revision",
        "public": false,
        "runtime": false,
        "settings": [
          "search_path=pg_catalog, pg_temp",
        ],
      },
      {
        "definer": false,
        "name": "gateway.raise_revision_of_access_requests",
        "public": false,
        "runtime": false,
        "settings": [
          "search_path=pg_catalog, pg_temp",
        ],
      },
      {
        "definer": false,
        "name": "gateway.raise_revision_of_api_tokens",
        "public": false,
        "runtime": false,
        "settings": [
          "search_path=pg_catalog, pg_temp",
        ],
      },
      {
        "definer": false,
        "name": "gateway.raise_revision_of_bindings",
        "public": false,
        "runtime": false,
        "settings": [
          "search_path=pg_catalog, pg_temp",
        ],
      },
      {
        "definer": false,
        "name": "gateway.raise_revision_of_credentials",
        "public": false,
        "runtime": false,
        "settings": [
          "search_path=pg_catalog, pg_temp",
        ],
      },
      {
        "definer": false,
        "name": "gateway.raise_revision_of_second_factors",
        "public": false,
        "runtime": false,
        "settings": [
          "search_path=pg_catalog, pg_temp",
        ],
      },
      {
        "definer": false,
        "name": "gateway.raise_revision_of_service_accounts",
        "public": false,
        "runtime": false,
        "settings": [
          "search_path=pg_catalog, pg_temp",
        ],
      },
      {
        "definer": false,
        "name": "gateway.raise_revision_of_sessions",
        "public": false,
        "runtime": false,
        "settings": [
          "search_path=pg_catalog, pg_temp",
        ],
      },
      {
        "definer": false,
        "name": "gateway.raise_revision_of_trusts",
        "public": false,
        "runtime": false,
        "settings": [
          "search_path=pg_catalog, pg_temp",
        ],
      },
      {
        "definer": false,
        "name": "gateway.raise_revision_of_users",
        "public": false,
        "runtime": false,
        "settings": [
          "search_path=pg_catalog, pg_temp",
        ],
      },
      {
        "definer": false,
        "name": "gateway.raise_revision_of_workload_sessions",
        "public": false,
        "runtime": false,
        "settings": [
          "search_path=pg_catalog, pg_temp",
        ],
      },
    ]
  `)
})

test('only the owner and the runtime login have privileges', async () => {
  const granted = await owner`
    select distinct acl.grantee::regrole::text as grantee
    from pg_class c join pg_namespace n on n.oid = c.relnamespace, aclexplode(c.relacl) as acl
    where n.nspname in ('gateway', 'audit')
    union select acl.grantee::regrole::text from pg_namespace n, aclexplode(n.nspacl) as acl where nspname in ('gateway', 'audit')`
  expect(granted.map((row) => row.grantee).sort()).toEqual(['rack_gateway', 'rack_gateway_owner'])
})

test('a subject has each binding once, except bindings with permissions of their own', async () => {
  const insert = (values: object) =>
    owner`insert into gateway.bindings ${owner({
      id: randomUUID(),
      subject_kind: 'group',
      subject_id: 'deployers',
      role: 'viewer',
      created_by: 'test',
      ...values,
    })}`
  const different = [
    {},
    { subject_id: 'other' },
    { subject_kind: 'user' },
    { role: 'ops' },
    { racks: 'staging' },
    { apps: 'web' },
    { expires_at: new Date('2090-01-01') },
  ]
  for (const values of different) await insert(values)
  for (const values of different)
    await expect(insert({ ...values, reason: 'another' })).rejects.toThrow('bindings_once')
  const permissions = { subject_kind: 'api-token', permissions: 'app:list' }
  await insert(permissions)
  await insert(permissions)
})
