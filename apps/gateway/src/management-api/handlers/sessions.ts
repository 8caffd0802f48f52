import { NotFound } from '@rack-gateway/auth'
import { NobodyWaits, ruled } from '../../errors.ts'
import type { Handlers, OwnCall } from '../call.ts'
import { endedBy } from '../ended-by.ts'
import { whoseList } from '../owner-filter.ts'
import { pageRequest } from '../page-request.ts'
import { timeOf } from '../times.ts'

type Listed = Awaited<ReturnType<OwnCall['lists']['session']>>

export const sessionHandlers: Handlers<'listSessions' | 'endSession' | 'renewSession'> = {
  async listSessions(call) {
    const owner = whoseList(call, call.query.user, 'gateway:session:write')
    const { items, next } = await call.lists.sessions(pageRequest(call.query), owner ?? undefined)
    return { items: items.map((session) => shown(session, call)), next }
  },

  endSession: (asked) =>
    asked.change(async function endSession(call) {
      const { lists, changes, principal, id } = call
      const session = await lists.session(id)
      const own = principal.kind === 'user' && session.userId === principal.id
      // The same error as for an unknown id: a caller who may not see the session does not learn that it exists.
      if (!call.reaches(own)) throw new NotFound('such session')
      await changes.endSession(id, own ? 'ended by yourself' : endedBy(principal))
      return shown(await lists.session(id), call)
    }),

  async renewSession(asked) {
    const { sessionTerms, recheck, now } = asked
    await recheck(asked.principal.id)
    const { token, expiresAt } = await asked.change(async function renewSession({ changes, principal, isWaitedFor }) {
      if (!isWaitedFor()) throw ruled(new NobodyWaits(), 'nobody-waits')
      return changes.renewSession(principal.credential, sessionTerms)
    })
    const half = now() + (expiresAt - now()) / 2
    return { token, expiresAt: new Date(expiresAt).toISOString(), renewAt: new Date(half).toISOString() }
  },
}

function shown(session: Listed, { principal }: Pick<OwnCall, 'principal'>) {
  const { id, userId, email, device, rack, endedReason, usedFrom } = session
  return {
    id,
    user: { id: userId, email },
    device,
    rack,
    current: principal.credential === id,
    createdAt: session.createdAt.toISOString(),
    expiresAt: session.expiresAt.toISOString(),
    endedAt: timeOf(session.endedAt),
    endedReason,
    lastUsedAt: timeOf(session.usedAt),
    lastUsedFrom: usedFrom,
  }
}
