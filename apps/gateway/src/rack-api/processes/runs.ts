import type { Sql } from 'postgres'
import type { RunStart } from './run-options.ts'

/** The process of a run, with its owner and its expiry. */
export interface Run {
  readonly rack: string
  readonly app: string
  readonly process: string
  /** The ID of the principal. */
  readonly principal: string
  /** The ID of the session or token that started the run. */
  readonly credential: string
  readonly service: string
  /** The ID of the `intent` event. */
  readonly intent: string
  readonly expiresAt: Date
  readonly start: RunStart
}

/** The part of a run that decisions depend on. */
export interface StoredRun extends RunStart {
  readonly principal: string
  readonly credential: string
  readonly service: string
  /** Whether its credential made an exec in it. */
  readonly isAttached: boolean
}

/** Stored in PostgreSQL, so that every replica knows the runs, and a restart loses none. */
export interface Runs {
  add(run: Run): Promise<void>
  find(rack: string, app: string, process: string): Promise<StoredRun | null>
  /** @returns whether this is the first call for the run, and its credential started the run */
  attach(run: Pick<Run, 'rack' | 'app' | 'process' | 'credential'>): Promise<boolean>
}

type StoredRow = Omit<StoredRun, 'environment'> & { readonly environment: string }

export function createRuns(sql: Sql, now: () => number): Runs {
  return {
    async add(run) {
      const { rack, app, process, principal, credential, service, intent, expiresAt, start } = run
      const environment = start.environment.join(' ')
      await sql`
        insert into gateway.runs (rack, app, process, principal, credential, service, intent, expires_at, environment, newest_release)
        values (${rack}, ${app}, ${process}, ${principal}, ${credential}, ${service}, ${intent}, ${expiresAt}, ${environment}, ${start.newestRelease})
        on conflict (rack, app, process) do update
        set principal = excluded.principal, credential = excluded.credential, attached_at = null, service = excluded.service, intent = excluded.intent, created_at = now(), expires_at = excluded.expires_at,
            environment = excluded.environment, newest_release = excluded.newest_release`
    },
    async find(rack, app, process) {
      const [run] = await sql<StoredRow[]>`
        select principal, credential, service, environment, newest_release as "newestRelease",
          attached_at is not null as "isAttached"
        from gateway.runs
        where rack = ${rack} and app = ${app} and process = ${process} and expires_at > ${new Date(now())}`
      return run ? { ...run, environment: run.environment === '' ? [] : run.environment.split(' ') } : null
    },
    async attach({ rack, app, process, credential }) {
      const attached = await sql`
        update gateway.runs set attached_at = ${new Date(now())}
        where rack = ${rack} and app = ${app} and process = ${process} and credential = ${credential} and attached_at is null`
      return attached.count === 1
    },
  }
}
