import type { Database } from '@rack-gateway/database'

/** The month of the generated events: two months ago, so that it contains no other events. */
export function seededMonth(now: Date): { readonly from: Date; readonly to: Date } {
  const month = (offset: number) => new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + offset, 1))
  return { from: month(-2), to: month(-1) }
}

/**
 * Creates a partition of generated events, the same each time. Some people, apps, permissions, rules, statuses, and
 * commands are rare. The partition gets the indexes of `audit.events` when it is attached.
 */
export async function seedEvents(
  sql: Database['sql'],
  { events, from, to }: { events: number; from: Date; to: Date },
): Promise<void> {
  await sql.unsafe('CREATE TABLE audit.events_seeded (LIKE audit.events INCLUDING DEFAULTS INCLUDING CONSTRAINTS)')
  await sql.unsafe(insertText, [events, from, (to.getTime() - from.getTime()) / events / 1_000])
  await sql.unsafe(
    `ALTER TABLE audit.events ATTACH PARTITION audit.events_seeded FOR VALUES FROM ('${from.toISOString()}') TO ('${to.toISOString()}')`,
  )
  await sql.unsafe('ANALYZE audit.events')
}

const insertText = `
INSERT INTO audit.events_seeded (stream, seq, at, id, kind, request, principal, principal_name, address, rack, app, route,
  permission, effect, rule, status, command, canonical, prev, hash, written_at)
SELECT stream, seq, at, id, kind, request, principal, name, address, rack, app, route, permission, effect, rule, status, command,
  json_build_object('app', app, 'at', at, 'command', string_to_array(command, ' '), 'decision', json_build_object(
    'effect', effect, 'rule', rule, 'reason', CASE WHEN effect = 'deny' THEN name || ' does not hold ' || permission || ' on ' || app END),
    'id', id, 'kind', kind, 'permission', permission, 'principal', json_build_object('kind', 'user', 'id', principal, 'name', name),
    'rack', rack, 'request', request, 'route', route, 'seq', seq, 'source', json_build_object('address', address, 'client', 'convox/3'),
    'status', status, 'stream', stream, 'v', 1)::text,
  sha256(''), sha256(request::bytea), at
FROM (
  SELECT n, md5('stream' || n % 20)::uuid AS stream, n / 20 + 1 AS seq, at, md5('event' || n)::uuid AS id,
    CASE WHEN n % 10 < 6 OR denied THEN 'call' WHEN n % 10 < 8 THEN 'intent' ELSE 'outcome' END AS kind,
    md5('request' || n / 2) AS request, md5('person' || person)::uuid::text AS principal, 'person-' || person || '@example.com' AS name,
    '10.' || person % 50 || '.' || n % 7 || '.' || person % 200 + 1 AS address,
    CASE WHEN n % 3 = 0 THEN 'production' ELSE 'staging' END AS rack,
    CASE WHEN n % 100003 = 5 THEN 'rare-app' ELSE 'app-' || (n * 7919) % 40 END AS app,
    CASE WHEN n % 10 < 6 THEN 'GET /apps/{app}' ELSE 'POST /apps/{app}/route-' || n % 12 END AS route,
    CASE WHEN n % 100003 = 7 THEN 'secret:read' WHEN n % 10 < 6 THEN 'app:read' ELSE 'process:run-' || n % 12 END AS permission,
    CASE WHEN denied THEN 'deny' ELSE 'allow' END AS effect,
    CASE WHEN denied THEN 'no-permission' WHEN n % 100003 = 9 THEN 'command:rails-console' ELSE 'role:deployer' END AS rule,
    CASE WHEN denied THEN 403 WHEN n % 5003 = 0 THEN 502 WHEN n % 100003 = 11 THEN 418 WHEN n % 10 BETWEEN 6 AND 7 THEN NULL ELSE 200 END AS status,
    CASE WHEN n % 100003 = 13 THEN 'rake secrets:rotate' WHEN n % 5 = 0 THEN 'rake task:' || n % 500 || ' --id ' || n % 9973 END AS command
  FROM (
    SELECT n, $2::timestamptz + n * $3::float8 * interval '1 second' AS at, n % 10 = 4 AS denied,
      CASE WHEN n % 100003 = 3 THEN 999 ELSE (n * 31 + n / 97) % 200 END AS person
    FROM generate_series(0, $1::bigint - 1) AS n
  ) AS made
) AS event`
