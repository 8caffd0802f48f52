import type { EventDraft } from '@rack-gateway/audit'
import type { FastifyBaseLogger, FastifyInstance } from 'fastify'

/** No caller waits for the event, so a failure is only logged. */
export function recordLater({ audit }: FastifyInstance, log: FastifyBaseLogger, draft: EventDraft): void {
  audit.record(draft).catch((err: unknown) => log.error({ event: 'audit.late_record_failed', err }))
}
