import type { Sql } from 'postgres'
import type { RunStart } from './run-options.ts'

/** The process of a run, with its owner and its expiry. */
export interface Run {
  readonly rack: string
  readonly app: string
  readonly process: string
  /** The ID of the principal. */
  readonly principal: string
  /** Who can make the first exec in the run without a further proof of a second factor; null: nobody. */
  readonly attach: Attach | null
  readonly service: string
  /** The ID of the `intent` event. */
  readonly intent: string
  readonly expiresAt: Date
  readonly start: RunStart
}

/** The part of a run that decisions depend on. */
export interface StoredRun extends RunStart {
  readonly principal: string
  readonly service: string
  /** Null also after the first exec, and five minutes after the start. */
  readonly attach: Attach | null
}

export interface Attach {
  /** The ID of the session or token that started the run. */
  readonly credential: string
  /** Its address. */
  readonly address: string
}

/** Stored in PostgreSQL, so that every replica knows the runs, and a restart loses none. */
export interface Runs {
  add(run: Run): Promise<void>
  find(rack: string, app: string, process: string): Promise<StoredRun | null>
  /** @returns whether this is the first exec in the run */
  attach(run: Pick<Run, 'rack' | 'app' | 'process'>): Promise<boolean>
}

interface StoredRow extends Omit<StoredRun, 'environment' | 'attach'> {
  readonly environment: string
  readonly credential: string | null
  readonly address: string | null
  readonly isAttachable: boolean
}

/** Milliseconds. The stock CLI waits for the process before its exec. */
const attachTime = 300_000

export function createRuns(sql: Sql, now: () => number): Runs {
  return {
    async add(run) {
      const { rack, app, process, principal, attach, service, intent, expiresAt, start } = run
      const environment = start.environment.join(' ')
      const { credential, address } = attach ?? { credential: null, address: null }
      const attachUntil = new Date(now() + attachTime)
      await sql`
        insert into gateway.runs (rack, app, process, principal, service, intent, expires_at, environment, newest_release,
          attach_credential, attach_address, attach_until)
        values (${rack}, ${app}, ${process}, ${principal}, ${service}, ${intent}, ${expiresAt}, ${environment}, ${start.newestRelease},
          ${credential}, ${address}, ${attachUntil})
        on conflict (rack, app, process) do update
        set principal = excluded.principal, attach_credential = excluded.attach_credential, attach_address = excluded.attach_address,
            attach_until = excluded.attach_until, service = excluded.service, intent = excluded.intent, created_at = now(), expires_at = excluded.expires_at,
            environment = excluded.environment, newest_release = excluded.newest_release`
    },
    async find(rack, app, process) {
      const time = new Date(now())
      const [row] = await sql<StoredRow[]>`
        select principal, service, environment, newest_release as "newestRelease",
          attach_credential as credential, attach_address as address, attach_until > ${time} as "isAttachable"
        from gateway.runs
        where rack = ${rack} and app = ${app} and process = ${process} and expires_at > ${time}`
      if (row === undefined) return null
      const { environment, credential, address, isAttachable, ...run } = row
      const attach = isAttachable && credential !== null && address !== null ? { credential, address } : null
      return { ...run, environment: environment === '' ? [] : environment.split(' '), attach }
    },
    async attach({ rack, app, process }) {
      const attached = await sql`
        update gateway.runs set attach_credential = null
        where rack = ${rack} and app = ${app} and process = ${process} and attach_credential is not null`
      return attached.count === 1
    },
  }
}
