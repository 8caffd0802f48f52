import { unescapeVisibleText } from '@rack-gateway/audit'
import type { Principal } from '@rack-gateway/rbac-policy'
import { NoLiveCall } from '../../errors/errors.ts'
import type { Handlers, PrincipalCall } from '../calls/call.ts'
import { pageRequest } from '../calls/page-request.ts'

type Row = NonNullable<Awaited<ReturnType<PrincipalCall['lists']['liveCall']>>>

export const liveCallHandlers: Handlers<'listLiveCalls' | 'endLiveCall'> = {
  async listLiveCalls({ lists, query, principal, canAccessOthers, canAccess }) {
    const all = canAccessOthers && canAccess(false)
    const { items, next } = await lists.liveCalls(pageRequest(query), all ? undefined : principal.id)
    return { items: items.map((row) => toResponse(row, principal)), next }
  },

  /** The event is durable before the change is committed, and so before the call ends. */
  endLiveCall: (outerCall) =>
    outerCall.change(async function endLiveCall(call) {
      const { lists, changes, principal, body, record, id } = call
      const row = await lists.liveCall(id)
      // The same error as for an unknown ID, so that a caller without access does not learn that the call exists.
      if (row === null || !call.canAccess(isOwn(row, principal))) throw new NoLiveCall()
      const what = sessionKinds.includes(row.kind) ? 'session' : 'call'
      await changes.endLiveCall(row.id, `${principal.name} ended this ${what}: ${body.reason}`)
      await record({
        kind: 'live-call.ended',
        ...eventMembers(row),
        detail: { call: row.request, reason: body.reason },
      })
      return toResponse(row, principal)
    }),
}

/** Kinds of calls that people call sessions. */
const sessionKinds = ['exec', 'run', 'console', 'shell']

function isOwn(row: Row, { kind, id }: Principal): boolean {
  return row.principal === id || (kind === 'user' && row.owner === id)
}

/** `opened` is the ID of the event that opened the call. */
function eventMembers({ opened, recording, rack, app, process }: Row) {
  return {
    rack,
    ...(opened !== null && { of: opened }),
    ...(recording !== null && { recording: { id: recording } }),
    ...(app !== null && { app }),
    ...(process !== null && { process: unescapeVisibleText(process) }),
  }
}

function toResponse(row: Row, caller: Principal) {
  const { startedAt, principal, principalKind, principalName, owner: _, opened: __, ...call } = row
  return {
    ...call,
    startedAt: startedAt.toISOString(),
    principal: { kind: principalKind, id: principal, name: principalName },
    own: isOwn(row, caller),
  }
}
