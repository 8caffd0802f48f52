import type { Rack } from '@rack-gateway/rack-registry'
import type { FastifyInstance } from 'fastify'
import { textField } from '../../json/text-field.ts'
import { sendQuestion } from '../../rack-api/lookups/rack-question.ts'

interface StartedItem {
  readonly kind: 'process' | 'build'
  readonly id: string
  readonly rack: string
  readonly app: string
  readonly startedAt: Date
}

/** Of each kind. */
const maxItems = 50
const bounds = { timeout: 3_000, limit: 1024 * 1024, entries: 20_000 }

/**
 * The processes and builds that calls under a grant started, and that run on by what their racks say. If a rack does not
 * answer, they are listed, because they may run on.
 */
export async function runningUnder({ database: { sql }, racks }: FastifyInstance, grant: string) {
  const started = await sql<StartedItem[]>`
    (select 'process' as kind, run.process as id, run.rack, run.app, e.at as "startedAt"
      from audit.events e join gateway.runs run on run.intent = e.id
      where e.granted = ${grant} and e.kind = 'intent' order by e.at desc limit ${maxItems})
    union all
    (select 'build', e.canonical::json -> 'detail' ->> 'build', e.rack, e.app, e.at
      from audit.events e
      where e.granted = ${grant} and e.kind = 'outcome' and e.canonical::json -> 'detail' ->> 'build' is not null
      order by e.at desc limit ${maxItems})`
  const isRunning = await Promise.all(started.map((item) => asksIfRunning(racks.get(item.rack), item)))
  return started
    .filter((_, index) => isRunning[index])
    .map(({ startedAt, ...item }) => ({ ...item, startedAt: startedAt.toISOString() }))
}

const resources = { process: 'processes', build: 'builds' } as const

async function asksIfRunning(rack: Rack | undefined, { kind, app, id }: StartedItem): Promise<boolean> {
  if (rack === undefined) return false
  try {
    const target = `/apps/${encodeURIComponent(app)}/${resources[kind]}/${encodeURIComponent(id)}`
    const { status, value } = await sendQuestion(rack, target, bounds)
    if (status !== 200) return status >= 500
    return endedStatuses.every((ended) => textField(value, 'status') !== ended)
  } catch {
    return true
  }
}

/** Of processes and builds. */
const endedStatuses = ['complete', 'failed']
