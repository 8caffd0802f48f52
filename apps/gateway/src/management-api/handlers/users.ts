import type { Handlers, OwnCall } from '../call.ts'
import { apiPrefix } from '../endpoints.ts'
import { pageRequest } from '../page-request.ts'
import { timeOf } from '../times.ts'

type Listed = Awaited<ReturnType<OwnCall['lists']['user']>>

export const userHandlers: Handlers<'listUsers' | 'listGroups' | 'getUser' | 'lockUser' | 'unlockUser'> = {
  async listUsers({ lists, query }) {
    const { items, next } = await lists.users(pageRequest(query), query.group)
    return { items: items.map(shown), next }
  },

  async listGroups({ lists, query }) {
    const { items, next } = await lists.groups(pageRequest(query))
    return { items: [...items], next }
  },

  async getUser({ lists, id }) {
    return shown(await lists.user(id))
  },

  lockUser: (asked) =>
    asked.change(async function lockUser({ lists, changes, id, body }) {
      const stopped = await changes.lockUser(id, body.reason)
      const stoppedTokens = stopped.map((token) => ({
        id: token.id,
        name: token.name,
        expiresAt: token.expiresAt.toISOString(),
        handOver: `${apiPrefix}/tokens/${token.id}/owner`,
      }))
      return { user: shown(await lists.user(id)), stoppedTokens }
    }),

  unlockUser: (asked) =>
    asked.change(async function unlockUser({ lists, changes, id }) {
      await changes.unlockUser(id)
      return shown(await lists.user(id))
    }),
}

function shown({ createdAt, lockedAt, ...user }: Listed) {
  return { ...user, createdAt: createdAt.toISOString(), lockedAt: timeOf(lockedAt) }
}
