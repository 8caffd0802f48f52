import type { EventDraft, RecordedEvent } from '@rack-gateway/audit'
import type { FastifyBaseLogger } from 'fastify'
import type { RackApiDependencies } from '../dependencies.ts'

/**
 * If reads are relaxed, a failure is only logged.
 *
 * @returns a promise that resolves when the event is durable; null if reads are relaxed
 */
export function recordRead(
  { audit, reads }: Pick<RackApiDependencies, 'audit' | 'reads'>,
  log: FastifyBaseLogger,
  event: EventDraft,
): Promise<RecordedEvent> | null {
  if (reads === 'strict') return audit.record(event)
  // Takes only the log, because the promise can stay pending for a while and would keep the call in memory.
  audit.recordSoon(event).catch((err: unknown) => log.error({ event: 'audit.late_record_failed', err }))
  return null
}
