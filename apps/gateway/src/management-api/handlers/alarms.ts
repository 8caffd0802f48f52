import { type AuditEvent, alarmKinds, isAlarm } from '@rack-gateway/audit'
import { type FoundEvent, NoSuchEvent } from '@rack-gateway/audit/search'
import { isUuid } from '@rack-gateway/audit/uuid'
import { actorName } from '@rack-gateway/rbac-policy'
import { NoAlarm } from '../../errors.ts'
import type { Handlers, OwnCall } from '../call.ts'
import { shownEvent } from '../event-response.ts'

/** Alarms are events, and so is that somebody has looked at one: nothing else is kept of either. */
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
    return { items: newest.map((found) => shownAlarm(found, acknowledgements.get(found.id)?.event, call)) }
  },

  /** Whoever says so again changes nothing: the first word stays. */
  async acknowledgeAlarm(asked) {
    const { auditLog, id, body } = asked
    if (!isUuid(id)) throw new NoSuchEvent(id)
    const found = await auditLog.event(id)
    if (!isAlarm(found.event))
      throw new NoAlarm(
        `the event ${id} is no alarm, so there is nothing to acknowledge`,
        'look for it in the list of alarms',
      )
    await asked.change(async function acknowledgeAlarm({ record }) {
      if (!(await auditLog.acknowledgements([id])).has(id))
        await record({ kind: 'alarm.acknowledged', of: id, detail: { reason: body.reason, alarm: found.event.kind } })
    })
    const said = (await auditLog.acknowledgements([id])).get(id)
    return shownAlarm(found, said?.event, asked)
  },
}

function shownAlarm(found: FoundEvent, said: AuditEvent | undefined, call: Pick<OwnCall, 'publicUrl'>) {
  const acknowledged = said && {
    id: said.id,
    at: said.at,
    by: said.principal ? actorName(said.principal) : '',
    reason: `${said.detail?.reason ?? ''}`,
  }
  return { ...shownEvent(found, call), acknowledged: acknowledged ?? null }
}
