import { setMaxListeners } from 'node:events'
import { type AuditSearch, createSlots } from '@rack-gateway/audit/search'
import type { SessionTerms, TokenMint } from '@rack-gateway/auth'
import type { Recheck } from '@rack-gateway/auth/login'
import {
  type Change,
  changeAs,
  createAdministration,
  createLists,
  type ProvenJwt,
  type Workloads,
} from '@rack-gateway/auth/store'
import type { Limits } from '@rack-gateway/config'
import type { Database } from '@rack-gateway/database'
import type { Moment, Principal } from '@rack-gateway/rbac-policy'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { draftOf, momentOf, sourceOf } from '../audit/call-event.ts'
import { identityRecorder } from '../audit/identity-recorder.ts'
import type { CliLoginApi } from '../login/cli-login-api.ts'
import { createPolicyStudies } from '../policy-study/policy-studies.ts'
import { allowBody } from '../rack-api/body.ts'
import { countedAs } from '../rack-api/call-limits.ts'
import type { RecordingArchive } from '../recordings/archive.ts'
import type { AuditEvidence } from './audit-evidence.ts'
import { authenticateJob } from './authenticate-job.ts'
import { authorise, grantOf, holdsEverywhere, type OwnDecision } from './authorize.ts'
import type { AnyCall, OwnApiContext, OwnCall } from './call.ts'
import { type ChangeLimit, createChangeLimit } from './change-limit.ts'
import { conditionalAnswer } from './conditional-response.ts'
import { refuseCookie } from './cookie-limit.ts'
import {
  apiPrefix,
  type CallerEndpoint,
  type Endpoint,
  type EndpointName,
  endpoints,
  isForCallers,
} from './endpoints.ts'
import { handlers } from './handlers/index.ts'
import { refuseOtherSites } from './reject-cross-site.ts'
import type { Versions } from './schemas.ts'
import { isStreamed, sendStreamed } from './streamed-response.ts'
import { validatorFor } from './validation.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The endpoint of the gateway's own API that was asked for. */
    endpoint: Endpoint | null
    /** What lets the caller do that. */
    ownDecision: OwnDecision | null
    /** Of a job: its JWT, proven. */
    provenJwt: ProvenJwt | null
  }
}

export interface OwnApiOptions {
  readonly database: Pick<Database, 'db' | 'sql' | 'changes' | 'revocations'>
  readonly mint: TokenMint
  readonly now: () => number
  /** Milliseconds. */
  readonly sessionTerms: SessionTerms
  readonly workloads: Workloads
  readonly publicUrl: string | null
  readonly versions: Versions
  readonly cliLogin: CliLoginApi
  readonly recheck: Recheck
  readonly auditEvidence: AuditEvidence
  readonly recordings: RecordingArchive
  readonly auditLog: AuditSearch
  readonly limits: Pick<Limits, 'changesPerMinute' | 'apiTokensPerOwner'>
  /** Resolves once this process knows every change of identities that was committed before. */
  readonly caughtUp: () => Promise<void>
  /** Node's flags for processes that this one starts. */
  readonly childFlags: readonly string[]
}

/** Few requests here are large. */
const usualBodyLimit = 64 * 1024

const mostFollowers = 10
const mostRecordingReaders = 10

/** The gateway's own JSON API: authenticate, authorise, then read and check what was sent. Only what is for anyone skips the first two. */
export default async function ownApi(app: FastifyInstance, options: OwnApiOptions): Promise<void> {
  const {
    database,
    now,
    sessionTerms,
    workloads,
    publicUrl,
    versions,
    cliLogin,
    recheck,
    auditEvidence,
    recordings,
    auditLog,
  } = options
  const studies = createPolicyStudies({ sql: database.sql, flags: options.childFlags })
  app.addHook('preClose', async () => studies.stop())
  const context: OwnApiContext = {
    lists: createLists(database),
    policy: app.policy,
    packages: app.policyPackages,
    racks: app.racks,
    database,
    sessionTerms,
    workloads,
    identities: app.identities,
    publicUrl,
    versions,
    recheck,
    now,
    cliLogin,
    auditEvidence,
    recordings,
    auditLog,
    followers: createSlots(mostFollowers, 'followers of the audit log and of sessions'),
    recordingReaders: createSlots(mostRecordingReaders, 'readings of recordings'),
    closing: closingOf(app),
    studies,
  }
  app.decorateRequest('provenJwt', null)
  readJsonOnly(app)
  app.setValidatorCompiler(({ schema, httpPart }) => validatorFor({ schema, httpPart }))
  const countChange = createChangeLimit(options.limits.changesPerMinute, () => performance.now())
  for (const [name, endpoint] of Object.entries(endpoints)) {
    addRoute(app, { name: name as EndpointName, endpoint, context, options, countChange })
  }
}

interface Route {
  readonly name: EndpointName
  readonly endpoint: Endpoint
  readonly context: OwnApiContext
  readonly options: OwnApiOptions
  readonly countChange: ChangeLimit
}

function addRoute(app: FastifyInstance, { name, endpoint, context, options, countChange }: Route): void {
  const { method, path, query, body, bodyLimit = usualBodyLimit, status, answer } = endpoint
  app.route({
    method,
    url: `${apiPrefix}${path.replaceAll(/\{(\w+)\}/g, ':$1')}`,
    bodyLimit,
    schema: { ...(query && { querystring: query }), ...(body && { body }), response: { [status]: answer } },
    async onRequest(request, reply) {
      request.endpoint = endpoint
      refuseOtherSites(request)
      await admit(app, request, reply, { endpoint, context })
    },
    async preParsing(request, reply) {
      allowBody(request, reply)
    },
    async preHandler(request) {
      if (isForCallers(endpoint) && method !== 'GET') await admitAgain(app, request, { endpoint, context })
    },
    async handler(request, reply) {
      const answered = await answerBy(name, callFrom(app, request, reply, { endpoint, context, options, countChange }))
      void reply.code(status).header('cache-control', 'no-store')
      if (isStreamed(answered)) return sendStreamed(reply, answered)
      return isForCallers(endpoint) && endpoint.conditional ? conditionalAnswer(request, reply, answered) : answered
    },
  })
}

/** Decides before any of the body is read. */
async function admit(
  app: FastifyInstance,
  request: FastifyRequest,
  reply: FastifyReply,
  { endpoint, context }: Pick<Route, 'endpoint' | 'context'>,
): Promise<void> {
  if (endpoint.authentication === 'anyone') return app.limitStranger(request)
  if (endpoint.authentication === 'job') {
    request.provenJwt = await authenticateJob(context.workloads, request)
    return
  }
  await app.authenticateOwn(request, reply)
  await new Promise<void>((start) => app.scheduler.schedule(countedAs(callerOf(request)), start))
  refuseCookie(request, endpoint)
  request.ownDecision = authorise(app.policy, callerOf(request), endpoint, momentOf(request, context.now))
}

/** A body can come as late as its sender likes: what was so at its beginning decides nothing. */
async function admitAgain(
  app: FastifyInstance,
  request: FastifyRequest,
  { endpoint, context }: { readonly endpoint: CallerEndpoint; readonly context: OwnApiContext },
): Promise<void> {
  await app.authenticateAgain(request)
  request.ownDecision = authorise(app.policy, callerOf(request), endpoint, momentOf(request, context.now))
}

/** The table's types tie each handler to its own endpoint; by name they are one. */
function answerBy(name: EndpointName, call: AnyCall): unknown {
  const handle = handlers[name] as (call: AnyCall) => unknown
  return handle(call)
}

function callFrom(
  app: FastifyInstance,
  request: FastifyRequest,
  reply: FastifyReply,
  route: Omit<Route, 'name'>,
): AnyCall {
  const { endpoint, context, options, countChange } = route
  const params = request.params as { readonly id?: string }
  const asked = {
    ...context,
    moment: momentOf(request, context.now),
    id: params.id ?? '',
    query: (request.query ?? {}) as OwnCall['query'],
    body: (request.body ?? {}) as OwnCall['body'],
  }
  if (endpoint.authentication === 'anyone')
    return { ...asked, place: { request: request.id, source: sourceOf(request) } }
  if (endpoint.authentication === 'job')
    return { ...asked, proven: provenOf(request), record: identityRecorder(app, request) }
  const common = {
    ...asked,
    csrfToken: request.csrfToken,
    isWaitedFor: () => !request.raw.socket.destroyed,
    async record(event: Parameters<OwnCall['record']>[0]) {
      await app.audit.record({ ...draftOf(request), ...event })
    },
    again: () => admitAgain(app, request, { endpoint, context }),
    lastEventId: lastEventIdOf(request),
    leaving: () => leavingOf(reply),
  }
  return {
    ...common,
    ...accessOf(app, request, endpoint, asked.moment),
    async change(work) {
      const { revokes = false } = endpoint
      countChange(callerOf(request), { revokes })
      return changeAsCaller(app, request, { revokes, options }, async (change) => {
        const moment = momentOf(request, context.now)
        request.ownDecision = authorise(app.policy, callerOf(request), endpoint, moment)
        return work({
          ...common,
          moment,
          ...accessOf(app, request, endpoint, moment),
          lists: createLists({ db: change.tx }),
          changes: createAdministration(change, {
            mint: options.mint,
            clock: { now: context.now },
            adminRoles: app.policy.adminRoles(),
            tokensPerOwner: options.limits.apiTokensPerOwner,
          }),
        })
      })
    },
  }
}

/** What the caller of a request reaches at a moment. */
function accessOf(
  app: FastifyInstance,
  request: FastifyRequest,
  endpoint: CallerEndpoint,
  moment: Moment,
): Pick<OwnCall, 'principal' | 'others' | 'reaches'> {
  const principal = callerOf(request)
  const others = endpoint.others !== undefined && holdsEverywhere(app.policy, principal, endpoint.others, moment)
  return {
    principal,
    others,
    reaches(own) {
      if (own || !others) return own
      request.ownDecision = grantOf(app.policy, principal, endpoint.others ?? endpoint.permission, moment)
      return true
    },
  }
}

function lastEventIdOf({ headers }: FastifyRequest): string | null {
  const id = headers['last-event-id']
  return typeof id === 'string' && id !== '' ? id : null
}

function closingOf(app: FastifyInstance): AbortSignal {
  const closing = new AbortController()
  // Everything that is under way listens.
  setMaxListeners(0, closing.signal)
  app.addHook('preClose', async () => closing.abort())
  return closing.signal
}

function leavingOf({ raw }: FastifyReply): AbortSignal {
  const leaving = new AbortController()
  if (raw.destroyed) leaving.abort()
  else raw.once('close', () => leaving.abort())
  return leaving.signal
}

/** From the beginning of the transaction, the request's caller is who it was found to be there. It is in force here before it is answered. */
async function changeAsCaller<T>(
  app: FastifyInstance,
  request: FastifyRequest,
  { revokes, options }: { readonly revokes: boolean; readonly options: OwnApiOptions },
  work: (change: Change) => Promise<T>,
): Promise<T> {
  const { kind, id, name } = callerOf(request)
  const { credential } = request
  if (credential === null) throw new Error('authenticate lets nobody through without a credential')
  const { database, now, caughtUp } = options
  const record = identityRecorder(app, request)
  const result = await changeAs(
    { database, clock: { now }, by: { kind, id, name }, record, credential, revokes },
    async function asFoundInside(principal, change) {
      request.principal = principal
      return work(change)
    },
  )
  await caughtUp()
  return result
}

function callerOf({ principal }: FastifyRequest): Principal {
  if (principal === null) throw new Error('authenticate lets nobody through without a principal')
  return principal
}

function provenOf({ provenJwt }: FastifyRequest): ProvenJwt {
  if (provenJwt === null) throw new Error('authenticateJob lets no job through without a proven JWT')
  return provenJwt
}

function readJsonOnly(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  const parse = app.getDefaultJsonParser('error', 'error')
  app.addContentTypeParser('application/json', { parseAs: 'string' }, function parseJson(request, text, done) {
    if (text === '') return done(null, undefined)
    parse(request, String(text), done)
  })
}
