import type { Sql } from 'postgres'
import { inconsistencyKey, inconsistencyOf } from '../events/alarm-events.ts'

/** The newest `audit.inconsistent` alarms in the log. */
export interface LoggedAlarms {
  /** Time of the newest event of each open alarm (RFC 3339), by `inconsistencyKey`. */
  readonly open: ReadonlyMap<string, string>
  readonly acknowledged: ReadonlySet<string>
}

/** Only the newest alarms are read, so that many forged old alarms cannot push out real new alarms. */
const maxAlarms = 1_000

/** Newest first. */
export const alarmsQuery = `
  select e.at, e.canonical, exists (
    select 1 from audit.events a where a.of_event = e.id and a.kind = 'alarm.acknowledged'
  ) as acknowledged
  from audit.events e where e.kind = 'audit.inconsistent' order by e.at desc limit ${maxAlarms}`

/** An unreadable row counts as an alarm. */
function keyOf(canonical: string): string {
  try {
    return inconsistencyKey(inconsistencyOf(JSON.parse(canonical)))
  } catch {
    return canonical.slice(0, 1_000)
  }
}

/** Uses the index of the `audit.inconsistent` events, and the index on `of_event`. */
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
