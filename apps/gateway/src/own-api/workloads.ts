import { isRefusal, noCredential, readAuthorization, TrustRequest, unauthenticated } from '@rack-gateway/auth'
import type { Workloads } from '@rack-gateway/auth/store'
import type { Moment, Principal } from '@rack-gateway/rbac-policy'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { type Static, type TSchema, Type } from 'typebox'
import { Value } from 'typebox/value'
import { InvalidBody, NotPermitted, ruled } from '../errors.ts'
import { addressOf, momentOf } from '../rack-api/draft.ts'

const Nullable = <T extends TSchema>(type: T) => Type.Union([type, Type.Null()])

export { TrustRequest }

export const TrustView = Type.Object({
  id: Type.String(),
  name: Type.String(),
  issuer: Type.String(),
  audience: Type.String(),
  conditions: Type.Unknown(),
  maxAgeSeconds: Type.Integer(),
  /** Of its binding; null when that was taken away. */
  role: Nullable(Type.String()),
  racks: Nullable(Type.String()),
  apps: Nullable(Type.String()),
  /** RFC 3339. */
  createdAt: Type.String(),
  createdBy: Type.String(),
  revokedAt: Nullable(Type.String()),
})
export const TrustList = Type.Object({ trusts: Type.Array(TrustView) })
export const TrustCreated = Type.Object({ id: Type.String() })

export const ExchangeRequest = Type.Object(
  {
    /** The name of a trust, where more than one matches. */
    trust: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
  },
  { additionalProperties: false },
)
export const WorkloadSession = Type.Object({
  /** Shown once. */
  token: Type.String(),
  /** RFC 3339. */
  expiresAt: Type.String(),
  trust: Type.String(),
  /** Those that the job may use, each with what RACK_URL should be. */
  racks: Type.Array(Type.Object({ name: Type.String(), rackUrl: Type.String() })),
})

export interface WorkloadsApiOptions {
  readonly workloads: Workloads
  readonly publicUrl: string | null
  readonly now: () => number
}

/** Trusts in CI systems, and the exchange of a job's OIDC token. */
export default async function workloadsApi(app: FastifyInstance, options: WorkloadsApiOptions): Promise<void> {
  const { workloads } = options
  const limits = { bodyLimit: 64 * 1024 }

  app.post('/gateway/api/v1/workload-sessions', limits, async (request, reply) => {
    const jwt = bearerOf(request)
    const answer = await exchange(app, options, jwt, request.body, momentOf(request, options.now))
    void reply.code(201).header('cache-control', 'no-store')
    return answer
  })

  await app.register(async function trusts(scope) {
    scope.addHook('onRequest', scope.authenticate)
    scope.addHook('onRequest', async (request) =>
      mayManageTrusts(app, callerOf(request), momentOf(request, options.now)),
    )

    scope.get('/gateway/api/v1/trusts', async (request): Promise<Static<typeof TrustList>> => {
      const rows = await workloads.listTrusts()
      return {
        trusts: rows
          .filter((row) => manages(app, callerOf(request), row, momentOf(request, options.now)))
          .map(trustView),
      }
    })

    scope.post('/gateway/api/v1/trusts', limits, async (request, reply): Promise<Static<typeof TrustCreated>> => {
      const body: unknown = request.body
      if (!Value.Check(TrustRequest, body)) throw invalidBody(TrustRequest, body)
      const maker = callerOf(request)
      if (!manages(app, maker, { racks: body.racks ?? '*', apps: body.apps ?? '*' }, momentOf(request, options.now)))
        throw notThere()
      void reply.code(201)
      return { id: await workloads.createTrust(body, maker, app.policy, addressOf(request)) }
    })

    scope.delete<{ Params: { id: string } }>('/gateway/api/v1/trusts/:id', async (request, reply) => {
      const { id } = request.params
      const caller = callerOf(request)
      const rows = await workloads.trustRows(id)
      if (!rows.every((row) => manages(app, caller, row, momentOf(request, options.now)))) throw notThere()
      await workloads.revokeTrust(id, caller)
      return reply.code(204).send()
    })
  })
}

async function exchange(
  app: FastifyInstance,
  { workloads, publicUrl }: WorkloadsApiOptions,
  jwt: string,
  body: unknown,
  moment: Moment,
): Promise<Static<typeof WorkloadSession>> {
  const asked: unknown = body ?? {}
  if (!Value.Check(ExchangeRequest, asked)) throw invalidBody(ExchangeRequest, asked)
  const session = await workloads.exchange(jwt, asked.trust ?? null)
  if (isRefusal(session)) throw unauthenticated(session)
  const { token, trust, reading } = session
  const principal = await app.identities.find(reading)
  if (isRefusal(principal)) throw unauthenticated(principal)
  const { host, protocol } = new URL(publicUrl ?? '')
  const racks = app.policy.racksOf(principal, app.racks.names, moment).map((name) => {
    return { name, rackUrl: `${protocol}//convox:${token}@${host}/rack/${name}` }
  })
  return { token, expiresAt: new Date(reading.expiresAt).toISOString(), trust, racks }
}

/** The JWT of `Authorization: Bearer`, the only place for it. */
function bearerOf(request: FastifyRequest): string {
  const authorization = readAuthorization(request.raw.rawHeaders)
  if (isRefusal(authorization)) throw unauthenticated(authorization)
  if (authorization.scheme === 'bearer') return authorization.token
  throw unauthenticated(noCredential)
}

const permission = 'gateway:trust:write'

/** Anywhere at all: which trusts is decided for each. */
function mayManageTrusts(app: FastifyInstance, caller: Principal, moment: Moment): void {
  const somewhere = ['*', ...app.racks.names].some((rack) =>
    app.policy.holds(caller, permission, { rack, app: null, scope: 'list' }, moment),
  )
  if (!somewhere) throw notThere()
}

/** Whoever manages trusts on all that a pattern stands for manages this one: the pattern is asked about as a name. */
function manages(
  app: FastifyInstance,
  caller: Principal,
  { racks, apps }: { readonly racks: string | null; readonly apps: string | null },
  moment: Moment,
): boolean {
  const where = { rack: racks ?? '*', app: apps ?? '*', scope: apps === '*' ? 'rack' : 'app' } as const
  return app.policy.holds(caller, permission, where, moment)
}

function notThere(): Error {
  return ruled(
    new NotPermitted(
      `${permission} is needed for this trust, on all racks and apps that it is for: ask an administrator`,
    ),
    'no-permission',
  )
}

function callerOf({ principal }: FastifyRequest): Principal {
  if (!principal) throw new Error('authenticate lets nobody through without a principal')
  return principal
}

function trustView(row: Awaited<ReturnType<Workloads['listTrusts']>>[number]): Static<typeof TrustView> {
  const { maxAge, createdAt, revokedAt, ...rest } = row
  return {
    ...rest,
    maxAgeSeconds: maxAge,
    createdAt: createdAt.toISOString(),
    revokedAt: revokedAt?.toISOString() ?? null,
  }
}

/** Names what is wrong, and never repeats a value. */
function invalidBody(schema: TSchema, body: unknown): Error {
  const [first] = Value.Errors(schema, body)
  const where = first?.instancePath || 'the body'
  return ruled(
    new InvalidBody(`${where} ${first?.message ?? 'is not what this address takes'}: see the API's reference`),
    'invalid-body',
  )
}
