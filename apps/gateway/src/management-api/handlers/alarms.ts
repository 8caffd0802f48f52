import { type AuditEvent, alarmKinds, isAlarm } from '@rack-gateway/audit'
import { type FoundEvent, NoSuchEvent } from '@rack-gateway/audit/search'
import { isUuid } from '@rack-gateway/audit/uuid'
import { actorName } from '@rack-gateway/rbac-policy'
import { NoAlarm } from '../../errors.ts'
import type { Handlers, PrincipalCall } from '../call.ts'
import { toEventResponse } from '../event-response.ts'

/** Alarms and their acknowledgements are audit events. Nothing else is stored. */
export const alarmHandlers: Handlers<'listAlarms' | 'acknowledgeAlarm'> = {
  async listAlarms(call) {
    const { auditLog, query, record } = call
    const { limit = 50 } = query
    const pages = await Promise.all(alarmKinds.map((kind) => auditLog.page({ kind }, { limit })))
    const newest = pages
      .flatMap(({ items }) => items)
      .toSorted((one, other) => (one.id < other.id ? 1 : -1))
      .slice(0, limit)
    const acknowledgements = await auditLog.acknowledgements(newest.map(({ id }) => id))
    await record({ kind: 'audit.read', detail: { what: 'alarms' } })
    return { items: newest.map((found) => toAlarmResponse(found, acknowledgements.get(found.id)?.event, call)) }
  },

  /** A second acknowledgement changes nothing. */
  async acknowledgeAlarm(outerCall) {
    const { auditLog, id, body } = outerCall
    if (!isUuid(id)) throw new NoSuchEvent(id)
    const found = await auditLog.event(id)
    if (!isAlarm(found.event))
      throw new NoAlarm(`The event ${id} is not an alarm.`, 'Choose an event from the list of alarms.')
    await outerCall.change(async function acknowledgeAlarm({ record }) {
      if (!(await auditLog.acknowledgements([id])).has(id))
        await record({ kind: 'alarm.acknowledged', of: id, detail: { reason: body.reason, alarm: found.event.kind } })
    })
    const acknowledgement = (await auditLog.acknowledgements([id])).get(id)
    return toAlarmResponse(found, acknowledgement?.event, outerCall)
  },
}

function toAlarmResponse(
  found: FoundEvent,
  acknowledgement: AuditEvent | undefined,
  call: Pick<PrincipalCall, 'publicUrl'>,
) {
  const acknowledged = acknowledgement && {
    id: acknowledgement.id,
    at: acknowledgement.at,
    by: acknowledgement.principal ? actorName(acknowledgement.principal) : '',
    reason: `${acknowledgement.detail?.reason ?? ''}`,
  }
  return { ...toEventResponse(found, call), acknowledged: acknowledged ?? null }
}
