import { unescapeVisibleText } from '@rack-gateway/audit'
import { NoLiveCall } from '../../errors/errors.ts'
import type { Handlers, PrincipalCall } from '../calls/call.ts'
import { isOwnCall, toLiveCallResponse } from '../calls/live-call-response.ts'
import { pageRequest } from '../calls/page-request.ts'

type Row = NonNullable<Awaited<ReturnType<PrincipalCall['lists']['liveCall']>>>

export const liveCallHandlers: Handlers<'listLiveCalls' | 'endLiveCall'> = {
  async listLiveCalls({ lists, query, principal, canAccessOthers, canAccess }) {
    const all = canAccessOthers && canAccess(false)
    const { items, next } = await lists.liveCalls(pageRequest(query), all ? undefined : principal.id)
    return { items: items.map((row) => toLiveCallResponse(row, principal)), next }
  },

  /** The event is durable before the change is committed, and so before the call ends. */
  endLiveCall: (outerCall) =>
    outerCall.change(async function endLiveCall(call) {
      const { lists, changes, principal, body, record, id } = call
      const row = await lists.liveCall(id)
      // The same error as for an unknown ID, so that a caller without access does not learn that the call exists.
      if (row === null || !call.canAccess(isOwnCall(row, principal))) throw new NoLiveCall()
      const what = sessionKinds.includes(row.kind) ? 'session' : 'call'
      await changes.endLiveCall(row.id, `${principal.name} ended this ${what}: ${body.reason}`)
      await record({
        kind: 'live-call.ended',
        ...eventMembers(row),
        detail: { call: row.request, reason: body.reason },
      })
      return toLiveCallResponse(row, principal)
    }),
}

/** Kinds of calls that people call sessions. */
const sessionKinds = ['exec', 'run', 'console', 'shell']

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
