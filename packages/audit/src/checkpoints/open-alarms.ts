import type { Sql } from 'postgres'
import { inconsistencyKey, inconsistencyOf } from '../alarm-events.ts'

/** What the log says of its own alarms: of each thing that was found, when it was last. */
export interface LoggedAlarms {
  /** By what it is about; RFC 3339. */
  readonly open: ReadonlyMap<string, string>
  /** What somebody has acknowledged, whichever of its events. */
  readonly acknowledged: ReadonlySet<string>
}

/** Whoever makes up more of them hides none of the newest. */
const mostAlarms = 1_000

/** Newest first. */
export const alarmsQuery = `
  select e.at, e.canonical, exists (
    select 1 from audit.events a where a.of_event = e.id and a.kind = 'alarm.acknowledged'
  ) as acknowledged
  from audit.events e where e.kind = 'audit.inconsistent' order by e.at desc limit ${mostAlarms}`

/** A row that can't be read is an alarm of its own. */
function keyOf(canonical: string): string {
  try {
    return inconsistencyKey(inconsistencyOf(JSON.parse(canonical)))
  } catch {
    return canonical.slice(0, 1_000)
  }
}

/** Goes down the index of these few events, and that of what belongs to another. */
export async function loggedAlarms(sql: Sql): Promise<LoggedAlarms> {
  const rows = await sql.unsafe<{ at: Date; canonical: string; acknowledged: boolean }[]>(alarmsQuery)
  const found = rows.map(({ at, canonical, acknowledged }) => ({
    key: keyOf(canonical),
    at: at.toISOString(),
    isAcknowledged: acknowledged,
  }))
  const acknowledged = new Set(found.filter(({ isAcknowledged }) => isAcknowledged).map(({ key }) => key))
  const open = found.filter(({ key }) => !acknowledged.has(key)).toReversed()
  return { open: new Map(open.map(({ key, at }) => [key, at])), acknowledged }
}
