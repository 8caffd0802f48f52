import { createRequestLists } from '@rack-gateway/access-requests'
import type { StepUpCaller } from '@rack-gateway/auth/step-ups'
import { type Change, changeAs, createLists, type VerifiedJwt } from '@rack-gateway/auth/store'
import type { Endpoint, PrincipalEndpoint } from '@rack-gateway/gateway-api'
import type { Moment, RequestRule } from '@rack-gateway/rbac-policy'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { GrantStartNeeded } from '../access-requests/start-grant.ts'
import { actorOf, callEventOf } from '../audit/call-event.ts'
import { identityRecorder } from '../audit/identity-recorder.ts'
import { commandDigest } from '../calls/command-digest.ts'
import { denialError, NotAllowed } from '../errors/errors.ts'
import { addressOf, sourceOf, timeAndAddressOf } from '../http/source.ts'
import { limitKeyOf } from '../rate-limits/limit-key.ts'
import { reauthorize } from './admit.ts'
import { authorize, decideForOthers } from './calls/authorize.ts'
import type { AnyCall, PrincipalCall } from './calls/call.ts'
import { assertNoConvoxSession } from './calls/convox-session.ts'
import { principalOf } from './calls/principal-of.ts'
import { connectionFacts } from './connection/connection-facts.ts'
import { assertCookieAllowed } from './cookie-access.ts'
import { assertStillProved } from './step-up/assert-still-proved.ts'
import { assertProvedByRule } from './step-up/proof-by-rule.ts'
import { assertProvedForOthers, requiredForOthers } from './step-up/proof-for-others.ts'

/** The call that a handler gets for an authorized and validated request. */
export function buildCall(
  app: FastifyInstance,
  request: FastifyRequest,
  reply: FastifyReply,
  endpoint: Endpoint,
): AnyCall {
  const params = request.params as { readonly id?: string }
  const validated = {
    server: app,
    lists: app.lists,
    requestLists: app.requestLists,
    moment: timeAndAddressOf(request, app.clock.now),
    id: params.id ?? '',
    query: (request.query ?? {}) as PrincipalCall['query'],
    body: (request.body ?? {}) as PrincipalCall['body'],
  }
  if (endpoint.authentication === 'anyone')
    return { ...validated, requestContext: { request: request.id, source: sourceOf(request) } }
  if (endpoint.authentication === 'job')
    return { ...validated, verifiedJwt: verifiedJwtOf(request), record: identityRecorder(app, request) }
  const common = {
    ...validated,
    auditLog: app.auditSearch.forCaller(limitKeyOf(principalOf(request))),
    csrfToken: request.csrfToken,
    client: request.headers['user-agent'] ?? null,
    asStepUpCaller: () => stepUpCallerOf(app, request),
    commandDigest: (words: readonly string[] | null) => commandDigest(words, app.bodyDigest),
    valueDigest: (value: string) => app.bodyDigest(Buffer.from(value)),
    assertProvedByRule: (rule: RequestRule) =>
      assertProvedByRule(app, request, { principal: principalOf(request), rule }),
    isConnected: () => !request.raw.socket.destroyed,
    async record(event: Parameters<PrincipalCall['record']>[0]) {
      await app.audit.record({ ...callEventOf(request), ...event })
    },
    countReport: () => app.countReport(principalOf(request)),
    async recordStoppedCall(...[decision, event]: Parameters<PrincipalCall['recordStoppedCall']>) {
      const author = { principal: actorOf(principalOf(request), decision), source: sourceOf(request) }
      await app.audit.record({ ...event, ...author, request: request.id })
    },
    async reauthorize() {
      await reauthorize(app, request, endpoint)
      if (request.endpointDecision?.grant?.startsWithUse) throw grantOver(app.policy.hash)
      return principalOf(request)
    },
    lastEventId: lastEventIdOf(request),
    disconnected: () => disconnectSignal(reply),
    connectionFacts: () => connectionFacts(request),
  }
  return {
    ...common,
    ...accessOf(app, request, endpoint, validated.moment),
    async change(work) {
      const { isRevocation = false } = endpoint
      app.countChange(principalOf(request), { isRevocation })
      return changeAsCaller(app, request, isRevocation, async (change) => {
        const moment = timeAndAddressOf(request, app.clock.now)
        const lists = createLists({ db: change.tx })
        request.endpointDecision = authorize(app.policy, principalOf(request), endpoint, moment)
        const needsProof = await assertStillProved(app, request, endpoint, lists)
        await assertCookieAllowed(app, endpoint, { ...common, principal: principalOf(request), lists, needsProof })
        if (!isRevocation) await assertNoConvoxSession({ principal: principalOf(request), lists })
        return work({
          ...common,
          moment,
          ...accessOf(app, request, endpoint, moment),
          lists,
          requestLists: createRequestLists({ db: change.tx }, app.clock),
          transaction: change,
          factorChanges: app.secondFactors.changesIn(change),
          changes: app.administrationIn(change),
        })
      })
    },
  }
}

/** A response in progress is not the first use of another grant, so that grant does not start without being stored. */
function grantOver(policy: string): Error {
  const reason = 'The access under which this response began has ended.'
  return denialError(NotAllowed, { rule: 'grant-over', source: 'gateway', reason, remedy: 'Try again.', policy })
}

async function stepUpCallerOf(app: FastifyInstance, request: FastifyRequest): Promise<StepUpCaller> {
  const { kind, id, name, credential: session } = principalOf(request)
  app.countStepUp(request)
  const record = identityRecorder(app, request)
  return { user: id, session, address: addressOf(request), author: { kind, id, name }, record }
}

function accessOf(
  app: FastifyInstance,
  request: FastifyRequest,
  endpoint: PrincipalEndpoint,
  moment: Moment,
): Pick<PrincipalCall, 'principal' | 'canAccessOthers' | 'canAccess'> {
  const { permissionForOthers } = endpoint
  const principal = principalOf(request)
  const decision =
    permissionForOthers === undefined ? null : decideForOthers(app.policy, principal, permissionForOthers, moment)
  const hasPermission = decision?.effect === 'allow'
  const required = hasPermission ? requiredForOthers(app.policy, principal, endpoint, moment) : null
  return {
    principal,
    canAccessOthers: hasPermission && required?.effect !== 'deny',
    canAccess(isOwner) {
      if (isOwner || !hasPermission) return isOwner
      assertProvedForOthers(app.policy, request, required, moment.at)
      if (decision.grant?.startsWithUse) throw new GrantStartNeeded(decision.grant)
      request.endpointDecision = decision
      return true
    },
  }
}

/**
 * Runs a change in a transaction. During `work`, `request.principal` is the principal that was read in the transaction.
 * When the promise resolves, the change is in force in this process.
 */
async function changeAsCaller<T>(
  app: FastifyInstance,
  request: FastifyRequest,
  isRevocation: boolean,
  work: (change: Change) => Promise<T>,
): Promise<T> {
  const { kind, id, name } = principalOf(request)
  const { credential } = request
  if (credential === null) throw new Error('the request was authenticated without a credential')
  const { database, clock } = app
  const record = identityRecorder(app, request)
  const result = await changeAs(
    { database, clock, by: { kind, id, name }, record, credential, isRevocation },
    async function runAsCurrentPrincipal(principal, change) {
      request.principal = principal
      return work(change)
    },
  )
  await app.identitiesCaughtUp()
  return result
}

function verifiedJwtOf({ verifiedJwt }: FastifyRequest): VerifiedJwt {
  if (verifiedJwt === null) throw new Error('the job was authenticated without a verified JWT')
  return verifiedJwt
}

function lastEventIdOf({ headers }: FastifyRequest): string | null {
  const id = headers['last-event-id']
  return typeof id === 'string' && id !== '' ? id : null
}

function disconnectSignal({ raw }: FastifyReply): AbortSignal {
  const disconnected = new AbortController()
  if (raw.destroyed) disconnected.abort()
  else raw.once('close', () => disconnected.abort())
  return disconnected.signal
}
