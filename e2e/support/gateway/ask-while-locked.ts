import { expect } from 'vitest'
import type { System } from './system.ts'

type Sql = System['sql']
type Held = Parameters<Parameters<Sql['begin']>[1]>[0]

/** Asks for a change while none can begin. @param meanwhile runs while it waits */
export async function askWhileLocked<T>(
  sql: Sql,
  ask: () => Promise<T>,
  meanwhile: (held: Held) => unknown,
): Promise<T> {
  const { asked } = await sql.begin(async (held) => {
    await held`select value from gateway.revision for update`
    const asked = ask()
    const waiting = () => held`
      select from pg_locks join pg_stat_activity using (pid) where not granted and datname = current_database()`
    await expect.poll(waiting, { interval: 20 }).not.toHaveLength(0)
    await meanwhile(held)
    return { asked }
  })
  return asked
}
