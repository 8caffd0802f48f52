import { type Database, users } from '@rack-gateway/database'
import { type SQL, sql } from 'drizzle-orm'
import { InvalidCursor } from '../errors/errors.ts'
import type { Page, PageRequest } from './page.ts'

export interface ListedGroup {
  readonly name: string
  /** The number of users with the group, as the identity provider last reported. */
  readonly members: number
  readonly bindings: number
}

/** Lists the groups of users and of bindings, sorted by the bytes of their names. */
export function createGroupLists({ db }: Pick<Database, 'db'>) {
  return {
    async groups({ limit, cursor }: PageRequest): Promise<Page<ListedGroup>> {
      const afterCursor = cursor === undefined ? sql`` : sql`where name > ${readCursor(cursor)} collate "C"`
      const rows = await db.execute<{ name: string; members: number; bindings: number }>(sql`
        select name, count(distinct member)::int as members, count(distinct binding)::int as bindings
        from (
          select unnest(groups) as name, id as member, null::uuid as binding from gateway.users
          union all
          select subject_id, null, id from gateway.bindings where subject_kind = 'group'
        ) known
        ${afterCursor}
        group by name order by name collate "C" limit ${limit + 1}`)
      const shown = rows.slice(0, limit).map(({ name, members, bindings }) => ({ name, members, bindings }))
      const last = shown.at(-1)
      const next = rows.length > limit && last ? Buffer.from(last.name).toString('base64url') : null
      return { items: shown, next }
    },
  }
}

export function isInGroup(name: string): SQL {
  return sql`${name} = any(${users.groups})`
}

/** Also rejects a cursor that is not in canonical form. @throws InvalidCursor */
function readCursor(cursor: string): string {
  const name = Buffer.from(cursor, 'base64url').toString('utf8')
  if (name === '' || name.includes('\0') || Buffer.from(name).toString('base64url') !== cursor)
    throw new InvalidCursor()
  return name
}
