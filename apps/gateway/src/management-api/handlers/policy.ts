import { findUserPrincipal } from '@rack-gateway/auth/store'
import type { PlannedCall } from '@rack-gateway/convox-api/commands'
import type { Endpoints } from '@rack-gateway/gateway-api'
import {
  type Decision,
  evaluateScenarios,
  type Grant,
  isAlwaysDenied,
  narrowPlanned,
  type PlannedDecision,
  type Principal,
  toDecisionJson,
} from '@rack-gateway/rbac-policy'
import { textOf } from '@rack-gateway/rbac-policy/document'
import { type CurrentPolicy, cachedByDocument, policyMatrix } from '@rack-gateway/rbac-policy/plugin'
import { readTime } from '@rack-gateway/time'
import type { FastifyInstance } from 'fastify'
import { CallerDisconnected, invalid, noPermission, withRule } from '../../errors/errors.ts'
import { principalPayer } from '../../resource-account/payer.ts'
import { createPauses, withPauses } from '../../resource-account/turns.ts'
import { currentAccess } from '../access/current-access.ts'
import { hasPermissionEverywhere } from '../calls/authorize.ts'
import type { Handlers, PrincipalCall } from '../calls/call.ts'
import { readSince, readUntil } from '../calls/read-since.ts'
import { decidableRoutes, principalEndpoints } from '../planned-calls/decidable-routes.ts'
import { endpointDecisions } from '../planned-calls/endpoint-decisions.ts'
import { toPlannedCall } from '../planned-calls/planned-call.ts'
import { createScenarioLimit } from '../planned-calls/scenario-limit.ts'
import { simulatedPackages } from '../planned-calls/simulated-packages.ts'
import { toStoppedCall } from '../planned-calls/stopped-call.ts'
import { type DeniedScenario, stoppedCallEvent } from '../planned-calls/stopped-call-event.ts'

type Names =
  | 'getPolicy'
  | 'getPolicyMatrix'
  | 'getEffectivePolicy'
  | 'checkPolicy'
  | 'studyPolicy'
  | 'suggestPolicy'
  | 'getWouldBe'
  | 'listGranters'
  | 'decide'
  | 'reportStoppedCall'

export const policyHandlers: Handlers<Names> = {
  getPolicy: ({ server }) => activePolicy(server.policy),

  getPolicyMatrix({ server }) {
    const { policy, policyPackages } = server
    const matrix = matrixWithoutPackages(policy)
    if (policyPackages.loaded.length === 0) return matrix
    const packages = policyPackages.loaded.map(({ policy: { name }, version, sha256 }) => ({
      name,
      version,
      sha256,
      ...policyPackages.counts(name),
    }))
    return { ...matrix, packages }
  },

  async checkPolicy({ server, body, principal, disconnected }) {
    const { document: current, hash } = server.policy
    const check = await server.policyStudies.check({
      current,
      hash,
      proposed: body.document,
      payer: principalPayer(principal),
      disconnected: disconnected(),
    })
    return { policy: hash, ...check }
  },

  async studyPolicy({ server, principal, body, moment, record, disconnected }) {
    const { document: current, hash } = server.policy
    const until = moment.at
    const since = readSince(body.since, until)
    const { proposed, impact, cut } = await server.policyStudies.study({
      current,
      proposed: body.document,
      since,
      until,
      payer: principalPayer(principal),
      disconnected: disconnected(),
      onBegin: (proposed) =>
        record({ kind: 'policy.studied', detail: { policy: hash, proposed, since: time(since), until: time(until) } }),
    })
    return {
      policy: hash,
      proposed,
      since: time(since),
      until: time(until),
      ...impact,
      changes: [...impact.changes],
      stepUp: { ...impact.stepUp, requirements: [...impact.stepUp.requirements] },
      cut: cut && { by: cut.by, from: time(cut.from) },
    }
  },

  async suggestPolicy({ server, principal, lists, body, moment, record, disconnected }) {
    const { document: current, hash } = server.policy
    const until = moment.at
    const since = readSince(body.since, until)
    const { rack = null } = body
    if (rack !== null) assertKnownRack(rack, server.racks.names)
    const range = { since: time(since), until: time(until) }
    await record({ kind: 'policy.studied', detail: { policy: hash, ...range, ...(rack !== null && { rack }) } })
    const { suggestion, cut } = await server.policyStudies.suggest({
      current,
      access: await currentAccess(lists, until),
      rack,
      since,
      until,
      payer: principalPayer(principal),
      disconnected: disconnected(),
    })
    const { policy, bindings, cases, summary, calls, denied } = suggestion
    return {
      policy: hash,
      ...range,
      calls,
      denied,
      cut: cut && { by: cut.by, from: time(cut.from) },
      files: { policy, bindings, cases },
      summary: [...summary],
    }
  },

  async getWouldBe({ server, principal, lists, query, moment, record, disconnected }) {
    const { document: current, hash } = server.policy
    const since = readSince(query.since, moment.at)
    const until = query.until === undefined ? moment.at : readUntil(query.until, since, moment.at)
    const { rack = null } = query
    if (rack !== null) assertKnownRack(rack, server.racks.names)
    const range = { since: time(since), until: time(until) }
    await record({ kind: 'policy.studied', detail: { policy: hash, ...range, ...(rack !== null && { rack }) } })
    const { wouldBe, cut } = await server.policyStudies.wouldBe({
      current,
      access: await currentAccess(lists, moment.at),
      rack,
      since,
      until,
      payer: principalPayer(principal),
      disconnected: disconnected(),
    })
    const cutFrom = cut && { by: cut.by, from: time(cut.from) }
    return { policy: hash, ...range, ...wouldBe, rows: [...wouldBe.rows], cut: cutFrom }
  },

  getEffectivePolicy(call) {
    const { server, principal, query } = call
    const { policy } = server
    const { kind, id, name, rack, groups, bindings, owner, trust, secondFactor = false, grants = [] } = principal
    const usable = rackFor(call, principal, query.rack, { onlyUsable: true })
    return {
      format: 1,
      rack: usable,
      policy: policy.hash,
      document: policy.document,
      observing: server.observeMode.of(usable),
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
        ...(trust !== undefined && { trust: { ...trust } }),
        ...(kind === 'user' && { secondFactor }),
        ...(grants.length > 0 && { grants: grants.map(toGrantResponse) }),
      },
    }
  },

  async listGranters({ server, lists, query, moment }) {
    const { policy, database } = server
    const { role: roles, rack: racks = '*', app: apps = '*' } = query
    const candidates = await lists.usersWithRole(policy.rolesWith(grantPermission), {
      limit: maxCandidates + 1,
      now: moment.at,
    })
    const principals = []
    for (const { id, email } of candidates.slice(0, maxCandidates))
      principals.push({ id, email, principal: await findUserPrincipal(database, id, moment.at) })
    // The address of another user is unknown.
    const now = { at: moment.at, address: null }
    const granters = principals.filter(({ principal }) =>
      hasPermissionEverywhere(policy, principal, grantPermission, now),
    )
    const items = roles.map((role) => ({
      role,
      users: granters
        .filter(({ principal }) => policy.canGrant(principal, { role, racks, apps, until: moment.at }, now) === null)
        .map(({ id, email }) => ({ id, email })),
    }))
    return {
      items: items.map(({ role, users }) => ({ role, users: users.slice(0, maxGranters) })),
      complete: candidates.length <= maxCandidates && items.every(({ users }) => users.length <= maxGranters),
    }
  },

  async decide(call) {
    const { body } = call
    const principal = body.as === undefined ? call.principal : await findOther(call, body.as)
    const isAboutRack = body.calls.some(({ route }) => !principalEndpoints.has(route))
    const rack = isAboutRack ? rackFor(call, principal, body.rack) : '*'
    const { kind, id, name } = principal
    const policy = call.server.policy.current()
    const decisions = await decideCalls(call, { policy, principal, rack })
    return { rack, policy: policy.hash, caller: { kind, id, name }, decisions }
  },

  async reportStoppedCall(call) {
    const { server, principal, body } = call
    const stoppedAt = readTime(body.at)
    if (stoppedAt === null) throw invalid('`at` is not a time in UTC.', 'Use a time such as 2027-01-31T12:00:00Z.')
    call.countReport()
    const stopped = toStoppedCall(body.call)
    if (body.principal !== principal.id) return { recorded: false }
    const rack = server.racks.get(rackFor(call, principal, body.rack))
    if (rack === undefined) throw new Error('the chosen rack is not in the registry')
    const policy = call.server.policy.current()
    const denied = await certainDenial(call, { policy, principal, rack: rack.name }, stopped.planned)
    if (denied === null) return { recorded: false }
    const event = stoppedCallEvent(stopped, denied, { rack, isSecret: policy.isSecretParameter })
    const detail = { report: body.id, stoppedAt: time(stoppedAt) }
    await call.recordStoppedCall(denied.decision, { ...event, detail })
    return { recorded: true }
  },
}

/** Names every rack, because the caller can read the audit log of every rack. */
function assertKnownRack(rack: string, names: readonly string[]): void {
  if (names.includes(rack)) return
  throw invalid(`The rack ${JSON.stringify(rack)} does not exist.`, `The racks are ${names.join(', ')}.`)
}

/** The permission of `POST /bindings`. */
const grantPermission = 'gateway:binding:write'
/** The bindings of each candidate are read. */
const maxCandidates = 100
/** Of each role. */
const maxGranters = 20

const activePolicy = cachedByDocument(function activePolicy({ document, hash }: FastifyInstance['policy']) {
  return { policy: hash, source: document.source, text: textOf(document), document }
})

const matrixWithoutPackages = cachedByDocument(function matrixWithoutPackages(policy: FastifyInstance['policy']) {
  return { policy: policy.hash, ...policyMatrix(policy), packages: [], routes: decidableRoutes }
})

interface DecideContext {
  /** The policy of the whole response. The policy can be replaced while the calls are decided. */
  readonly policy: CurrentPolicy
  readonly principal: Principal
  readonly rack: string
}

/** Decides in turns, because a planned call can have thousands of scenarios. */
async function decideCalls(
  { server, body, moment, ...call }: PrincipalCall<Endpoints['decide']>,
  { policy, principal, rack }: DecideContext,
) {
  // The address of another user is unknown.
  const address = principal === call.principal ? moment.address : null
  const question = { policy, document: policy.document, principal, rack, at: moment.at, address }
  const planned = body.calls.map((requested) => {
    const { route } = requested
    const endpoint = principalEndpoints.get(route)
    return endpoint === undefined
      ? ({ kind: 'rack', route, call: toPlannedCall(requested) } as const)
      : ({ kind: 'management', route, endpoint } as const)
  })
  const simulate = simulatedPackages(server.policyPackages)
  const disconnected = call.disconnected()
  const pauses = createPauses(server.turns, function assertConnected() {
    if (disconnected.aborted) throw withRule(new CallerDisconnected(), 'nobody-waits')
  })
  const limited = createScenarioLimit()
  const decisions = []
  for await (const one of withPauses(planned, pauses)) {
    const decision =
      one.kind === 'management'
        ? endpointDecisions(policy, principal, one.endpoint, { at: moment.at, address })
        : toResponse(
            await narrowPlanned(
              withPauses(limited(evaluateScenarios(question, one.call)), pauses),
              (hypothetical, decision) => simulate(principal, hypothetical, decision),
            ),
          )
    decisions.push({ route: one.route, ...decision })
  }
  return decisions
}

/** As the CLI decides: a denial in every scenario. @returns the first scenario, or null if a scenario is allowed */
async function certainDenial(
  { server, moment, ...call }: PrincipalCall,
  { policy, principal, rack }: DecideContext,
  planned: PlannedCall,
): Promise<DeniedScenario | null> {
  const question = { policy, document: policy.document, principal, rack, ...moment }
  const disconnected = call.disconnected()
  const pauses = createPauses(server.turns, function assertConnected() {
    if (disconnected.aborted) throw withRule(new CallerDisconnected(), 'nobody-waits')
  })
  let first: DeniedScenario | null = null
  for await (const { call: rackCall, decision } of withPauses(evaluateScenarios(question, planned), pauses)) {
    if (decision.effect !== 'deny') return null
    first ??= { rackCall, decision }
  }
  if (first === null) return null
  const expected = { decision: first.decision, when: null, otherwise: null }
  return isAlwaysDenied(expected, planned, question) ? first : null
}

async function findOther({ server, canAccess }: PrincipalCall, user: string): Promise<Principal> {
  if (canAccess(false)) return findUserPrincipal(server.database, user, server.clock.now())
  throw noPermission(
    'Decisions about another user require the permission gateway:user:write.',
    'Ask an administrator of the gateway for it, or leave "as" out.',
    server.policy,
  )
}

/**
 * With `onlyUsable`, a rack that the principal cannot use counts as unknown.
 *
 * @throws the error that the rack API would return
 */
function rackFor(
  { server: { racks, policy }, moment }: PrincipalCall,
  principal: Principal,
  wanted: string | undefined,
  { onlyUsable = false } = {},
): string {
  const usableRacks = () => policy.racksOf(principal, racks.names, moment)
  const chosen = racks.resolve({ prefix: wanted ?? null, bound: principal.rack, usableRacks, onlyUsable })
  if ('rack' in chosen) return chosen.rack.name
  throw withRule(chosen.error, chosen.rule)
}

function toBindingResponse({ permissions, ...binding }: Principal['bindings'][number]) {
  return permissions === undefined ? binding : { ...binding, permissions: [...permissions] }
}

function toGrantResponse({ racks, apps, ...grant }: Grant) {
  return { ...grant, racks: [...racks], apps: [...apps] }
}

function toResponse({ decision, when, otherwise }: PlannedDecision) {
  return {
    decision: toDecisionResponse(decision),
    when,
    otherwise: otherwise && { when: otherwise.when, decision: toDecisionResponse(otherwise.decision) },
  }
}

/** As many as in audit events. A principal can have thousands of bindings, and a response 200 decisions. */
const maxBindings = 256

function toDecisionResponse(decision: Decision) {
  return { ...toDecisionJson(decision), roles: [...decision.roles], bindings: decision.bindings.slice(0, maxBindings) }
}

function time(at: number): string {
  return new Date(at).toISOString()
}
