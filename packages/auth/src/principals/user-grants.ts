import { accessRequests } from '@rack-gateway/database'
import type { Grant } from '@rack-gateway/rbac-policy'
import { type SQL, sql } from 'drizzle-orm'
import type { PgColumn } from 'drizzle-orm/pg-core'

/**
 * The approved and active access requests of a user, as a JSON array. SQL null if `user` is null. One value and no join,
 * because each row of a lookup has another binding.
 */
export function userGrants(user: PgColumn | string): SQL<readonly Grant[] | null> {
  const milliseconds = (column: PgColumn) => sql`round(extract(epoch from ${column}) * 1000)::bigint`
  const { id, rule, role, grantedRacks, grantedApps, grantFrom, grantUntil, workStarts, state } = accessRequests
  return sql<readonly Grant[] | null>`(
    select json_agg(json_build_object(
      'id', ${id}, 'rule', ${rule}, 'role', ${role}, 'racks', ${grantedRacks}, 'apps', ${grantedApps},
      'startsAt', ${milliseconds(grantFrom)}, 'expiresAt', ${milliseconds(grantUntil)},
      'startsWithUse', ${workStarts} = 'firstUse' and ${state} = 'approved')
      order by ${grantUntil}, ${id})
    from ${accessRequests}
    where ${accessRequests.userId} = ${user} and ${accessRequests.endedAt} is null
      and ${state} in ('approved', 'active'))`
}
