import { isRefusal, NotFound, unauthenticated } from '@rack-gateway/auth'
import type { Handlers, OwnCall } from '../call.ts'
import { endedBy } from '../ended-by.ts'
import { pageRequest } from '../page-request.ts'
import { timeOf } from '../times.ts'

type Listed = Awaited<ReturnType<OwnCall['lists']['workloadSession']>>
type Names = 'exchangeJobToken' | 'listWorkloadSessions' | 'endWorkloadSession'

export const workloadSessionHandlers: Handlers<Names> = {
  async exchangeJobToken({ workloads, identities, policy, racks: all, publicUrl, moment, proven, record, body }) {
    const session = await workloads.exchange(proven, { wanted: body.trust ?? null, record })
    if (isRefusal(session)) throw unauthenticated(session)
    const { token, trust, reading } = session
    const principal = await identities.find(reading)
    if (isRefusal(principal)) throw unauthenticated(principal)
    const { host, protocol } = new URL(publicUrl ?? '')
    const racks = policy.racksOf(principal, all.names, moment).map((name) => {
      return { name, rackUrl: `${protocol}//convox:${token}@${host}/rack/${name}` }
    })
    return { token, expiresAt: new Date(reading.expiresAt).toISOString(), trust, racks }
  },

  async listWorkloadSessions({ lists, query }) {
    const { items, next } = await lists.workloadSessions(pageRequest(query), query.trust)
    return { items: items.map(shown), next }
  },

  endWorkloadSession: (asked) =>
    asked.change(async function endWorkloadSession({ lists, changes, principal, id, reaches }) {
      const own = principal.kind === 'workload' && principal.id === id
      // The same error as for an unknown id: a caller who may not see the session does not learn that it exists.
      if (!reaches(own)) throw new NotFound('such session')
      await changes.endWorkloadSession(id, own ? 'ended by the job itself' : endedBy(principal))
      return shown(await lists.workloadSession(id))
    }),
}

function shown({ trustId, trustName, createdAt, expiresAt, endedAt, ...session }: Listed) {
  return {
    ...session,
    trust: { id: trustId, name: trustName },
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
    endedAt: timeOf(endedAt),
  }
}
