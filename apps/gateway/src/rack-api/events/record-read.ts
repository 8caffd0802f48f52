import type { EventDraft, RecordedEvent } from '@rack-gateway/audit'
import type { FastifyBaseLogger, FastifyInstance } from 'fastify'

/**
 * If reads are relaxed, a failure is only logged. That never applies to a read that only observe mode allows, because
 * the policy denies it.
 *
 * @returns a promise that resolves when the event is durable; null if reads are relaxed
 */
export function recordRead(
  { audit, rackApi }: FastifyInstance,
  log: FastifyBaseLogger,
  event: EventDraft,
): Promise<RecordedEvent> | null {
  if (rackApi.reads === 'strict' || event.decision?.wouldBe !== undefined) return audit.record(event)
  // Takes only the log, because the promise can stay pending for a while and would keep the call in memory.
  audit.recordSoon(event).catch((err: unknown) => log.error({ event: 'audit.late_record_failed', err }))
  return null
}
