import { assertCanRevoke } from '../bindings/assert-can-revoke.ts'
import type { Handlers, PrincipalCall } from '../calls/call.ts'
import { formatTime } from '../calls/format-time.ts'
import { pageRequest } from '../calls/page-request.ts'

type Row = Awaited<ReturnType<PrincipalCall['lists']['serviceAccount']>>
type Names =
  | 'listServiceAccounts'
  | 'getServiceAccount'
  | 'createServiceAccount'
  | 'disableServiceAccount'
  | 'enableServiceAccount'

export const serviceAccountHandlers: Handlers<Names> = {
  async listServiceAccounts({ lists, query }) {
    const { items, next } = await lists.serviceAccounts(pageRequest(query))
    return { items: items.map(toResponse), next }
  },

  async getServiceAccount({ lists, id }) {
    return toResponse(await lists.serviceAccount(id))
  },

  createServiceAccount: (outerCall) =>
    outerCall.change(async function createServiceAccount({ lists, changes, body }) {
      return toResponse(await lists.serviceAccount(await changes.createServiceAccount(body.name)))
    }),

  disableServiceAccount: (outerCall) =>
    outerCall.change(async function disableServiceAccount(call) {
      const { lists, changes, id } = call
      await assertCanRevoke(call, { kind: 'service-account', id })
      await changes.disableServiceAccount(id)
      return toResponse(await lists.serviceAccount(id))
    }),

  enableServiceAccount: (outerCall) =>
    outerCall.change(async function enableServiceAccount(call) {
      const { lists, changes, id } = call
      await assertCanRevoke(call, { kind: 'service-account', id })
      await changes.enableServiceAccount(id)
      return toResponse(await lists.serviceAccount(id))
    }),
}

function toResponse({ createdAt, disabledAt, ...account }: Row) {
  return { ...account, createdAt: createdAt.toISOString(), disabledAt: formatTime(disabledAt) }
}
