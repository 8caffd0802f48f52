import { cacheEncodedActor, type EventDraft } from '@rack-gateway/audit'
import type { UsedProof } from '@rack-gateway/auth/step-ups'
import { recordedKey } from '@rack-gateway/convox-api'
import { type Endpoint, endpointId, isPrincipalEndpoint } from '@rack-gateway/gateway-api'
import type { DecidingGrant, Decision, Principal, RackCall, WouldBe } from '@rack-gateway/rbac-policy'
import type { FastifyRequest } from 'fastify'
import { appOf } from '../calls/app-of.ts'
import type { BodyDigest } from '../calls/body-digest.ts'
import type { CallState } from '../calls/call.ts'
import { recordedPath } from '../calls/recorded-path.ts'
import { sourceOf } from '../http/source.ts'

type Actor = NonNullable<EventDraft['principal']>

/** Keyed by the `bindings` of a decision, which is the same array until the principal's bindings change. */
const actors = new WeakMap<readonly string[], Actor>()

export function actorOf(principal: Principal, decision: Decision | null): Actor {
  if (decision === null || decision.bindings.length === 0) return describe(principal, decision)
  const cached = actors.get(decision.bindings)
  if (cached !== undefined && cached.credential === principal.credential) return cached
  const actor = cacheEncodedActor(describe(principal, decision))
  actors.set(decision.bindings, actor)
  return actor
}

function describe(principal: Principal, decision: Decision | null): Actor {
  const { kind, id, name, credential, device, rack, owner, groups, job, trust } = principal
  return {
    kind,
    id,
    name,
    credential,
    ...(device === undefined ? {} : { device }),
    ...(rack === null ? {} : { boundTo: rack }),
    ...(owner === null ? {} : { owner: { kind: owner.kind, id: owner.id, name: owner.name } }),
    ...(job === undefined ? {} : { job: { ...job } }),
    ...(trust === undefined ? {} : { trust: { ...trust } }),
    ...(groups.length === 0 ? {} : { groups: [...groups] }),
    ...(decision === null ? {} : { roles: [...decision.roles], bindings: [...decision.bindings] }),
  }
}

export function callEventOf(request: FastifyRequest): Omit<EventDraft, 'kind'> {
  const { call, principal } = request
  const draft: Omit<EventDraft, 'kind'> = { request: request.id, source: sourceOf(request), method: request.method }
  if (principal) draft.principal = actorOf(principal, call?.decision ?? null)
  if (request.endpoint) describeEndpoint(draft, request, request.endpoint)
  if (request.endpointDecision) draft.decision = endpointDecisionRecord(request.endpointDecision)
  if (request.proof) draft.proof = proofRecord(request.proof)
  const mode = modeOf(request)
  if (mode !== null) draft.mode = mode
  if (!call) return draft
  draft.path = recordedPath(call.parsedRequest)
  if (call.rack) draft.rack = call.rack.name
  if (call.match) {
    draft.route = call.match.route.id
    draft.permission = call.decision?.permission ?? call.match.route.permission
    const app = appOf(call.match.route, call.match.params)
    if (app !== null) draft.app = app
    else if (call.rackCall?.resource) draft.app = call.rackCall.resource.app
  }
  if (call.form) draft.body = bodyDigests(request.server.bodyDigest, call.form, call.sent ?? call.form)
  if (call.rackCall) describeCall(draft, call, call.rackCall)
  if (call.decision) draft.decision = redactedDecision(call.decision, call.command)
  if (call.proof) draft.proof = proofRecord(call.proof)
  return draft
}

export function proofRecord({ id, method, at }: UsedProof): NonNullable<EventDraft['proof']> {
  return { id, method, at: at.toISOString() }
}

function modeOf({ call, csrfToken }: FastifyRequest): string | null {
  // Only the cookie of the web console has this token.
  if (csrfToken !== null) return 'web-console'
  if (!call) return null
  if (call.parsedRequest.api === 'management') return 'management-api'
  return call.parsedRequest.isConsoleMode ? 'console' : null
}

function describeEndpoint(draft: Omit<EventDraft, 'kind'>, { url }: FastifyRequest, endpoint: Endpoint): void {
  draft.path = url.split('?', 1)[0] ?? ''
  draft.route = endpointId(endpoint)
  if (isPrincipalEndpoint(endpoint)) draft.permission = endpoint.permission
}

function describeCall(
  draft: Omit<EventDraft, 'kind'>,
  { command: redacted, values, keyChanges, revealedKey }: CallState,
  rackCall: RackCall,
): void {
  const { process, service, command, release, environment, parameters } = rackCall
  if (process !== null) draft.process = process.id
  const serviceName = service ?? process?.service ?? null
  if (serviceName !== null) draft.service = serviceName
  if (redacted !== null) draft.command = [...redacted.words]
  if (release !== null) draft.release = release.id
  if (revealedKey !== null) draft.environment = [recordedKey(revealedKey)]
  else if (environment !== null) draft.environment = keyChanges.map(({ key }) => key)
  else if (command?.options?.environment.length)
    draft.environment = [...new Set(command.options.environment.map(recordedKey))]
  draft.parameters = {
    query: [...parameters.query],
    form: [...parameters.form],
    headers: [...parameters.headers],
    ...(values && { values: values.values }),
  }
  const hidden = [
    ...(redacted?.hidden ? ['command'] : []),
    ...(values?.hidden ?? []).map((name) => `parameters.values.${name}`),
  ]
  if (hidden.length > 0) draft.hidden = hidden
  if (values !== null && values.truncated.length > 0) draft.truncated = [...values.truncated]
}

function bodyDigests(digest: BodyDigest, received: Buffer, sent: Buffer): NonNullable<EventDraft['body']> {
  return received === sent ? { received: digest(received) } : { received: digest(received), sent: digest(sent) }
}

/** The reason of a denial can quote the command, which can contain secrets. */
export function redactedDecision(
  decision: Decision,
  command: CallState['command'],
): NonNullable<EventDraft['decision']> {
  const record = decisionRecord(decision)
  if (!command?.hidden) return record
  const { wouldBe } = record
  return {
    ...redactSentences(record, command),
    ...(wouldBe !== undefined && { wouldBe: redactSentences(wouldBe, command) }),
  }
}

function redactSentences<T extends { readonly reason?: string; readonly next?: string }>(
  record: T,
  { redactSentence }: NonNullable<CallState['command']>,
): T {
  const { reason, next } = record
  return {
    ...record,
    ...(reason !== undefined && { reason: redactSentence(reason) }),
    ...(next !== undefined && { next: redactSentence(next) }),
  }
}

function decisionRecord(decision: Decision): NonNullable<EventDraft['decision']> {
  const { effect, rule, source, policy, reason, grant } = decision
  const record = { effect, rule, source, policy, reason, ...grantMember(grant) }
  if (effect !== 'allow') return { ...record, next: decision.remedy }
  const { wouldBe } = decision
  return wouldBe === undefined ? record : { ...record, wouldBe: wouldBeRecord(wouldBe) }
}

export function endpointDecisionRecord({
  grant,
  ...decision
}: NonNullable<FastifyRequest['endpointDecision']>): NonNullable<EventDraft['decision']> {
  return { ...decision, ...grantMember(grant) }
}

function grantMember(grant: DecidingGrant | undefined): { readonly grant?: string } {
  return grant === undefined ? {} : { grant: grant.id }
}

function wouldBeRecord({ effect, rule, source, reason, remedy: next }: WouldBe) {
  return { effect, rule, source, reason, next }
}
