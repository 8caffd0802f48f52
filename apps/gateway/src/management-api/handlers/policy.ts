import { findUserPrincipal } from '@rack-gateway/auth/store'
import {
  type Decision,
  judgePlanned,
  narrowPlanned,
  type PlannedDecision,
  type Principal,
} from '@rack-gateway/rbac-policy'
import { textOf } from '@rack-gateway/rbac-policy/document'
import { NotPermitted, refusedBy, ruled } from '../../errors.ts'
import type { Handlers, OwnCall } from '../call.ts'
import { plannedFrom } from '../planned-from.ts'
import { simulatedPackages } from '../simulated-packages.ts'

export const policyHandlers: Handlers<'getPolicy' | 'getEffectivePolicy' | 'decide'> = {
  getPolicy({ policy }) {
    const { document, hash } = policy
    return { policy: hash, source: document.source, text: textOf(document), document }
  },

  getEffectivePolicy(call) {
    const { principal, policy, query } = call
    const { kind, id, name, rack, groups, bindings, owner } = principal
    return {
      format: 1,
      rack: rackFor(call, principal, query.rack),
      policy: policy.hash,
      document: policy.document,
      principal: {
        kind,
        id,
        name,
        rack,
        groups: [...groups],
        bindings: bindings.map(listed),
        owner: owner && { kind: owner.kind, id: owner.id, name: owner.name, bindings: owner.bindings.map(listed) },
      },
    }
  },

  async decide(call) {
    const { policy, body, moment } = call
    const principal = body.as === undefined ? call.principal : await somebodyElse(call, body.as)
    const rack = rackFor(call, principal, body.rack)
    // From where somebody else would call isn't known.
    const address = principal === call.principal ? moment.address : null
    const question = { policy, document: policy.document, principal, rack, at: moment.at, address }
    const { hash } = policy
    const judged = body.calls.map((one) => {
      const planned = plannedFrom(one)
      return { route: planned.route.id, worlds: judgePlanned(question, planned) }
    })
    const ask = simulatedPackages(call.packages)
    const decisions = []
    for (const { route, worlds } of judged) {
      const planned = await narrowPlanned(worlds, (hypothetical, decision) => ask(principal, hypothetical, decision))
      decisions.push({ route, ...shown(planned) })
    }
    const { kind, id, name } = principal
    return { rack, policy: hash, caller: { kind, id, name }, decisions }
  },
}

async function somebodyElse({ reaches, database, now, policy }: OwnCall, who: string): Promise<Principal> {
  if (reaches(false)) return findUserPrincipal(database, who, now())
  throw refusedBy(NotPermitted, {
    rule: 'no-permission',
    source: 'bindings',
    reason: 'What somebody else may do is asked by whoever holds gateway:user:write.',
    next: 'Ask an administrator of the gateway, or leave "as" out.',
    policy: policy.hash,
  })
}

/** The rack that a call would go to. @throws what a call without, or with that, rack is refused with */
function rackFor({ racks, policy, moment }: OwnCall, principal: Principal, wanted: string | undefined): string {
  const usable = policy.racksOf(principal, racks.names, moment)
  const chosen = racks.resolve({ prefix: wanted ?? null, bound: principal.rack, usable })
  if ('rack' in chosen) return chosen.rack.name
  throw ruled(chosen.refused, chosen.rule)
}

function listed({ permissions, ...binding }: Principal['bindings'][number]) {
  return permissions === undefined ? binding : { ...binding, permissions: [...permissions] }
}

function shown({ decision, when, otherwise }: PlannedDecision) {
  return {
    decision: written(decision),
    when,
    otherwise: otherwise && { when: otherwise.when, decision: written(otherwise.decision) },
  }
}

function written(decision: Decision) {
  return { ...decision, roles: [...decision.roles], bindings: [...decision.bindings] }
}
