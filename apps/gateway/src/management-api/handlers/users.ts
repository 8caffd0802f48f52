import { apiPrefix } from '@rack-gateway/gateway-api'
import { assertCanRevoke } from '../bindings/assert-can-revoke.ts'
import type { Handlers, PrincipalCall } from '../calls/call.ts'
import { formatTime } from '../calls/format-time.ts'
import { pageRequest } from '../calls/page-request.ts'

type Row = Awaited<ReturnType<PrincipalCall['lists']['user']>>

export const userHandlers: Handlers<'listUsers' | 'listGroups' | 'getUser' | 'lockUser' | 'unlockUser'> = {
  async listUsers({ lists, query }) {
    const { items, next } = await lists.users(pageRequest(query), {
      group: query.group,
      search: query.search,
      withoutFactor: query.secondFactor === 'none',
    })
    return { items: items.map(toResponse), next }
  },

  async listGroups({ lists, query }) {
    const { items, next } = await lists.groups(pageRequest(query))
    return { items: [...items], next }
  },

  async getUser({ lists, id }) {
    return toResponse(await lists.user(id))
  },

  lockUser: (outerCall) =>
    outerCall.change(async function lockUser(call) {
      const { lists, changes, principal, id, body } = call
      await assertCanRevoke(call, { kind: 'user', id }, { own: id === principal.id })
      const stopped = await changes.lockUser(id, body.reason)
      const stoppedTokens = stopped.map((token) => ({
        id: token.id,
        name: token.name,
        expiresAt: token.expiresAt.toISOString(),
        handOver: `${apiPrefix}/tokens/${token.id}/owner`,
      }))
      return { user: toResponse(await lists.user(id)), stoppedTokens }
    }),

  unlockUser: (outerCall) =>
    outerCall.change(async function unlockUser(call) {
      const { lists, changes, id } = call
      await assertCanRevoke(call, { kind: 'user', id })
      await changes.unlockUser(id)
      return toResponse(await lists.user(id))
    }),
}

function toResponse({ createdAt, lockedAt, ...user }: Row) {
  return { ...user, createdAt: createdAt.toISOString(), lockedAt: formatTime(lockedAt) }
}
