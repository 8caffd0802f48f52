import type { Handlers, OwnCall } from '../call.ts'
import { pageRequest } from '../page-request.ts'
import { timeOf } from '../times.ts'

type Listed = Awaited<ReturnType<OwnCall['lists']['serviceAccount']>>
type Names =
  | 'listServiceAccounts'
  | 'getServiceAccount'
  | 'createServiceAccount'
  | 'disableServiceAccount'
  | 'enableServiceAccount'

export const serviceAccountHandlers: Handlers<Names> = {
  async listServiceAccounts({ lists, query }) {
    const { items, next } = await lists.serviceAccounts(pageRequest(query))
    return { items: items.map(shown), next }
  },

  async getServiceAccount({ lists, id }) {
    return shown(await lists.serviceAccount(id))
  },

  createServiceAccount: (asked) =>
    asked.change(async function createServiceAccount({ lists, changes, body }) {
      return shown(await lists.serviceAccount(await changes.createServiceAccount(body.name)))
    }),

  disableServiceAccount: (asked) =>
    asked.change(async function disableServiceAccount({ lists, changes, id }) {
      await changes.disableServiceAccount(id)
      return shown(await lists.serviceAccount(id))
    }),

  enableServiceAccount: (asked) =>
    asked.change(async function enableServiceAccount({ lists, changes, id }) {
      await changes.enableServiceAccount(id)
      return shown(await lists.serviceAccount(id))
    }),
}

function shown({ createdAt, disabledAt, ...account }: Listed) {
  return { ...account, createdAt: createdAt.toISOString(), disabledAt: timeOf(disabledAt) }
}
