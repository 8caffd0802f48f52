import type { Handlers } from '../calls/call.ts'

/** Own sessions that are searched for one that is not a browser's. */
const searchedSessions = 50

export const setupHandlers: Handlers<'getSetupSteps'> = {
  async getSetupSteps({ lists, principal }) {
    const [sessions, users, invitations, tokens, trusts] = await Promise.all([
      lists.sessions({ limit: searchedSessions }, principal.id),
      lists.users({ limit: 2 }),
      lists.invitations({ limit: 1 }),
      lists.tokens({ limit: 1 }, {}),
      lists.trusts({ limit: 1 }),
    ])
    return {
      terminal: sessions.items.some(({ device }) => !device.startsWith('browser: ')),
      users: users.items.length > 1 || invitations.items.length > 0,
      pipeline: tokens.items.length > 0 || trusts.items.length > 0,
    }
  },
}
