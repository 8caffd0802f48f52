import { admissionWarning, NoPublicUrl, trustTerms } from '@rack-gateway/auth'
import { mustGive } from '../assert-can-grant.ts'
import type { Handlers, OwnCall } from '../call.ts'
import { lastingOf, shownGrant } from '../grants.ts'
import { pageRequest } from '../page-request.ts'
import { rackWarnings, warned } from '../rack-names.ts'
import { timeOf } from '../times.ts'

type Listed = Awaited<ReturnType<OwnCall['lists']['trust']>>

export const trustHandlers: Handlers<'listTrusts' | 'getTrust' | 'createTrust' | 'revokeTrust'> = {
  async listTrusts({ lists, query }) {
    const { items, next } = await lists.trusts(pageRequest(query))
    return { items: items.map(shown), next }
  },

  async getTrust({ lists, id }) {
    return shown(await lists.trust(id))
  },

  async createTrust(asked) {
    const { workloads, publicUrl, body } = asked
    if (publicUrl === null) throw new NoPublicUrl()
    const terms = trustTerms(body, publicUrl)
    const { role, racks, apps } = terms
    const { until, lasting } = lastingOf(body)
    const made = await asked.change(async function createTrust(call) {
      mustGive(call, { role, racks, apps, until })
      const id = await call.changes.createTrust(terms, lasting)
      const warnings = [...rackWarnings(call, [racks]), admissionWarning(terms.conditions)]
      return { ...shown(await call.lists.trust(id)), ...warned(warnings) }
    })
    workloads.forgetTrusts()
    return made
  },

  async revokeTrust(asked) {
    const revoked = await asked.change(async function revokeTrust({ lists, changes, id }) {
      await changes.revokeTrust(id)
      return shown(await lists.trust(id))
    })
    asked.workloads.forgetTrusts()
    return revoked
  },
}

function shown({ grants, maxAge, createdAt, revokedAt, ...trust }: Listed) {
  const [first] = grants
  return {
    ...trust,
    maxAgeSeconds: maxAge,
    role: first?.role ?? null,
    racks: first?.racks ?? null,
    apps: first?.apps ?? null,
    grants: grants.map(shownGrant),
    createdAt: createdAt.toISOString(),
    revokedAt: timeOf(revokedAt),
  }
}
