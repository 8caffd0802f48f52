import { noSuchItem } from '@rack-gateway/auth'
import type { Policy } from '@rack-gateway/rbac-policy'
import { CallerDisconnected, noPermission, withRule } from '../../errors/errors.ts'
import { assertCanRevoke } from '../bindings/assert-can-revoke.ts'
import type { Handlers, PrincipalCall } from '../calls/call.ts'
import { endReason } from '../calls/end-reason.ts'
import { formatTime } from '../calls/format-time.ts'
import { ownerFilter } from '../calls/owner-filter.ts'
import { pageRequest } from '../calls/page-request.ts'

type Row = Awaited<ReturnType<PrincipalCall['lists']['session']>>

type Names = 'listSessions' | 'endSession' | 'endSessionsOfUser' | 'renewSession' | 'createConvoxSession'

export const sessionHandlers: Handlers<Names> = {
  async listSessions(call) {
    const owner = ownerFilter(call, call.query.user, 'gateway:session:write')
    const { items, next } = await call.lists.sessions(pageRequest(call.query), owner ?? undefined)
    return { items: items.map((session) => toResponse(session, call)), next }
  },

  endSession: (outerCall) =>
    outerCall.change(async function endSession(call) {
      const { lists, changes, principal, id } = call
      const session = await lists.session(id)
      const isOwner = principal.kind === 'user' && session.userId === principal.id
      // The same error as for an unknown ID, so that a caller without access does not learn that the session exists.
      if (!call.canAccess(isOwner)) throw noSuchItem('session')
      await assertCanRevoke(call, { kind: 'user', id: session.userId }, { own: isOwner })
      await changes.endSession(id, isOwner ? 'ended by yourself' : endReason(principal))
      return toResponse(await lists.session(id), call)
    }),

  endSessionsOfUser: (outerCall) =>
    outerCall.change(async function endSessionsOfUser(call) {
      const { server, changes, principal, id, canAccess } = call
      const isOwner = principal.kind === 'user' && principal.id === id
      if (!canAccess(isOwner)) throw otherUserDenied(server.policy)
      await assertCanRevoke(call, { kind: 'user', id }, { own: isOwner })
      const reason = isOwner ? 'ended by yourself' : endReason(principal)
      const ended = await changes.endSessionsOf(id, { except: principal.credential, reason })
      return { ended: [...ended] }
    }),

  async renewSession(outerCall) {
    const { loginProvider, managementApi, clock } = outerCall.server
    await loginProvider?.recheck(outerCall.principal.id)
    const { token, expiresAt } = await outerCall.change(async function renewSession({
      changes,
      principal,
      isConnected,
    }) {
      if (!isConnected()) throw withRule(new CallerDisconnected(), 'nobody-waits')
      return changes.renewSession(principal.credential, managementApi.sessionTerms)
    })
    const now = clock.now()
    const renewAt = now + (expiresAt - now) / 2
    return { token, expiresAt: new Date(expiresAt).toISOString(), renewAt: new Date(renewAt).toISOString() }
  },

  async createConvoxSession(outerCall) {
    const { loginProvider, managementApi } = outerCall.server
    const { sessionTerms, organization } = managementApi
    await loginProvider?.recheck(outerCall.principal.id)
    const { id, token, expiresAt } = await outerCall.change(async function createConvoxSession(call) {
      if (!call.isConnected()) throw withRule(new CallerDisconnected(), 'nobody-waits')
      const { credential: requester, rack } = call.principal
      const { lifetime } = sessionTerms
      return call.changes.createConvoxSession({ requester, device: `convox on ${call.body.device}`, rack, lifetime })
    })
    return { id, token, expiresAt: new Date(expiresAt).toISOString(), organization }
  },
}

/** The same error for another user and for an unknown ID, so that a caller does not learn which users exist. */
function otherUserDenied(policy: Pick<Policy, 'hash'>): Error {
  return noPermission(
    'You can end only your own sessions, unless you have the permission gateway:session:write.',
    'Ask an administrator of the gateway to end them.',
    policy,
  )
}

function toResponse(session: Row, { principal }: Pick<PrincipalCall, 'principal'>) {
  const { id, userId, email, device, rack, endedReason, usedFrom } = session
  return {
    id,
    user: { id: userId, email },
    device,
    rack,
    current: principal.credential === id,
    createdAt: session.createdAt.toISOString(),
    expiresAt: session.expiresAt.toISOString(),
    endedAt: formatTime(session.endedAt),
    endedReason,
    lastUsedAt: formatTime(session.usedAt),
    lastUsedFrom: usedFrom,
  }
}
