import { findUserPrincipal } from '@rack-gateway/auth/store'
import {
  type Decision,
  evaluatePlanned,
  narrowPlanned,
  type PlannedDecision,
  type Principal,
  toDecisionJson,
} from '@rack-gateway/rbac-policy'
import { textOf } from '@rack-gateway/rbac-policy/document'
import { denialError, NotPermitted, withRule } from '../../errors.ts'
import type { Handlers, PrincipalCall } from '../call.ts'
import { toPlannedCall } from '../planned-call.ts'
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
        bindings: bindings.map(toBindingResponse),
        owner: owner && {
          kind: owner.kind,
          id: owner.id,
          name: owner.name,
          bindings: owner.bindings.map(toBindingResponse),
        },
      },
    }
  },

  async decide(call) {
    const { policy, body, moment } = call
    const principal = body.as === undefined ? call.principal : await findOther(call, body.as)
    const rack = rackFor(call, principal, body.rack)
    // The address of another user is unknown.
    const address = principal === call.principal ? moment.address : null
    const question = { policy, document: policy.document, principal, rack, at: moment.at, address }
    const { hash } = policy
    const evaluated = body.calls.map((one) => {
      const planned = toPlannedCall(one)
      return { route: planned.route.id, scenarios: evaluatePlanned(question, planned) }
    })
    const simulate = simulatedPackages(call.packages)
    const decisions = []
    for (const { route, scenarios } of evaluated) {
      const planned = await narrowPlanned(scenarios, (hypothetical, decision) =>
        simulate(principal, hypothetical, decision),
      )
      decisions.push({ route, ...toResponse(planned) })
    }
    const { kind, id, name } = principal
    return { rack, policy: hash, caller: { kind, id, name }, decisions }
  },
}

async function findOther({ canAccess, database, now, policy }: PrincipalCall, user: string): Promise<Principal> {
  if (canAccess(false)) return findUserPrincipal(database, user, now())
  throw denialError(NotPermitted, {
    rule: 'no-permission',
    source: 'bindings',
    reason: 'Decisions about another user require the permission gateway:user:write.',
    remedy: 'Ask an administrator of the gateway for it, or leave "as" out.',
    policy: policy.hash,
  })
}

/** The rack that a call would go to. @throws the error that the rack API would return */
function rackFor({ racks, policy, moment }: PrincipalCall, principal: Principal, wanted: string | undefined): string {
  const usableRacks = policy.racksOf(principal, racks.names, moment)
  const chosen = racks.resolve({ prefix: wanted ?? null, bound: principal.rack, usableRacks })
  if ('rack' in chosen) return chosen.rack.name
  throw withRule(chosen.error, chosen.rule)
}

function toBindingResponse({ permissions, ...binding }: Principal['bindings'][number]) {
  return permissions === undefined ? binding : { ...binding, permissions: [...permissions] }
}

function toResponse({ decision, when, otherwise }: PlannedDecision) {
  return {
    decision: toDecisionResponse(decision),
    when,
    otherwise: otherwise && { when: otherwise.when, decision: toDecisionResponse(otherwise.decision) },
  }
}

function toDecisionResponse(decision: Decision) {
  return { ...toDecisionJson(decision), roles: [...decision.roles], bindings: [...decision.bindings] }
}
