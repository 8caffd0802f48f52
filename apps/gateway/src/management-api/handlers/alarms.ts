import { type AuditEvent, alarmKinds, type FoundEvent, isAlarm, NoSuchEvent } from '@rack-gateway/audit'
import { isUuid } from '@rack-gateway/audit/events'
import { NoAlarm } from '../../errors/errors.ts'
import type { Handlers, PrincipalCall } from '../calls/call.ts'
import { toEventResponse } from '../calls/event-response.ts'

/** Alarms and their acknowledgments are audit events. */
export const alarmHandlers: Handlers<'listAlarms' | 'acknowledgeAlarm'> = {
  async listAlarms(call) {
    const { auditLog, query, record } = call
    const { limit = 50 } = query
    const pages = await Promise.all(alarmKinds.map((kind) => auditLog.page({ kind }, { limit })))
    const newest = pages
      .flatMap(({ items }) => items)
      .toSorted(newestFirst)
      .slice(0, limit)
    const acknowledgments = await auditLog.acknowledgments(newest.map(({ id }) => id))
    await record({ kind: 'audit.read', detail: { what: 'alarms' } })
    return { items: newest.map((found) => toAlarmResponse(found, acknowledgments.get(found.id)?.event, call)) }
  },

  /** A second acknowledgment changes nothing. */
  async acknowledgeAlarm(outerCall) {
    const { auditLog, id, body } = outerCall
    if (!isUuid(id)) throw new NoSuchEvent(id)
    const found = await auditLog.event(id)
    if (!isAlarm(found.event))
      throw new NoAlarm(`The event ${id} is not an alarm.`, 'Choose an event from the list of alarms.')
    await outerCall.change(async function acknowledgeAlarm({ record }) {
      if (!(await auditLog.acknowledgments([id])).has(id))
        await record({ kind: 'alarm.acknowledged', of: id, detail: { reason: body.reason, alarm: found.event.kind } })
    })
    const acknowledgment = (await auditLog.acknowledgments([id])).get(id)
    return toAlarmResponse(found, acknowledgment?.event, outerCall)
  },
}

/** Sorts as a search does. Several events can have the same millisecond. */
function newestFirst({ event: one }: FoundEvent, { event: other }: FoundEvent): number {
  if (one.at !== other.at) return one.at < other.at ? 1 : -1
  if (one.stream !== other.stream) return one.stream < other.stream ? 1 : -1
  return other.seq - one.seq
}

function toAlarmResponse(
  found: FoundEvent,
  acknowledgment: AuditEvent | undefined,
  call: Pick<PrincipalCall, 'server'>,
) {
  const acknowledged = acknowledgment && {
    id: acknowledgment.id,
    at: acknowledgment.at,
    by: acknowledgment.principal?.name ?? '',
    reason: `${acknowledgment.detail?.reason ?? ''}`,
  }
  return { ...toEventResponse(found, call), acknowledged: acknowledged ?? null }
}
