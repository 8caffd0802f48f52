import { isDenial, noSuchItem, unauthenticated } from '@rack-gateway/auth'
import { assertCanRevoke } from '../bindings/assert-can-revoke.ts'
import type { Handlers, PrincipalCall } from '../calls/call.ts'
import { endReason } from '../calls/end-reason.ts'
import { formatTime } from '../calls/format-time.ts'
import { pageRequest } from '../calls/page-request.ts'

type Row = Awaited<ReturnType<PrincipalCall['lists']['workloadSession']>>
type Names = 'exchangeJobToken' | 'listWorkloadSessions' | 'endWorkloadSession'

export const workloadSessionHandlers: Handlers<Names> = {
  async exchangeJobToken({ server, moment, verifiedJwt, record, body }) {
    const { workloads, identities, policy, racks: all, managementApi } = server
    const session = await workloads.exchange(verifiedJwt, { trustName: body.trust ?? null, record })
    if (isDenial(session)) throw unauthenticated(session)
    const { token, trust, credential } = session
    const principal = await identities.find(credential)
    if (isDenial(principal)) throw unauthenticated(principal)
    const { host, protocol } = new URL(managementApi.publicUrl ?? '')
    const racks = policy.racksOf(principal, all.names, moment).map((name) => {
      return { name, rackUrl: `${protocol}//convox:${token}@${host}/rack/${name}` }
    })
    return { token, expiresAt: new Date(credential.expiresAt).toISOString(), trust, racks }
  },

  async listWorkloadSessions({ lists, query }) {
    const { items, next } = await lists.workloadSessions(pageRequest(query), query.trust)
    return { items: items.map(toResponse), next }
  },

  endWorkloadSession: (outerCall) =>
    outerCall.change(async function endWorkloadSession(call) {
      const { lists, changes, principal, id, canAccess } = call
      const isOwner = principal.kind === 'workload' && principal.id === id
      // The same error as for an unknown ID, so that a caller without access does not learn that the session exists.
      if (!canAccess(isOwner)) throw noSuchItem('session')
      const { trustId } = await lists.workloadSession(id)
      await assertCanRevoke(call, { kind: 'trust', id: trustId }, { own: isOwner })
      await changes.endWorkloadSession(id, isOwner ? 'ended by the job itself' : endReason(principal))
      return toResponse(await lists.workloadSession(id))
    }),
}

function toResponse({ trustId, trustName, createdAt, expiresAt, endedAt, ...session }: Row) {
  return {
    ...session,
    trust: { id: trustId, name: trustName },
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
    endedAt: formatTime(endedAt),
  }
}
