import type { Sql } from 'postgres'

/** The process of an attached run: whose it is, until when. */
export interface Run {
  readonly rack: string
  readonly app: string
  readonly process: string
  /** The principal's id. */
  readonly principal: string
  readonly service: string
  /** The id of the `intent` event. */
  readonly intent: string
  readonly expiresAt: Date
}

/** Kept in PostgreSQL, so that any replica knows it after any restart. */
export interface Runs {
  add(run: Run): Promise<void>
  find(rack: string, app: string, process: string): Promise<{ principal: string; service: string } | null>
}

export function createRuns(sql: Sql, now: () => number): Runs {
  return {
    async add(run) {
      const { rack, app, process, principal, service, intent, expiresAt } = run
      await sql`
        insert into gateway.runs (rack, app, process, principal, service, intent, expires_at)
        values (${rack}, ${app}, ${process}, ${principal}, ${service}, ${intent}, ${expiresAt})
        on conflict (rack, app, process) do update
        set principal = excluded.principal, service = excluded.service, intent = excluded.intent, created_at = now(), expires_at = excluded.expires_at`
    },
    async find(rack, app, process) {
      const [run] = await sql<{ principal: string; service: string }[]>`
        select principal, service from gateway.runs
        where rack = ${rack} and app = ${app} and process = ${process} and expires_at > ${new Date(now())}`
      return run ?? null
    },
  }
}
