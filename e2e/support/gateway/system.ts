import type { AuditEvent } from '@rack-gateway/audit'
import { type ChainResult, verifyChain } from '@rack-gateway/audit/testing'
import { createTokenMint, type SessionTerms } from '@rack-gateway/auth'
import type { DeviceLoginMode } from '@rack-gateway/auth/cli-login'
import type { LoginSettings } from '@rack-gateway/auth/login'
import type {} from '@rack-gateway/auth/plugin'
import { createIssuer, type Issuer } from '@rack-gateway/auth/store'
import {
  defaultLimits,
  type Limits,
  type LoginConfig,
  type ObserveMode,
  Secret,
  type Setting,
  type SinkConfig,
} from '@rack-gateway/config'
import { openDatabase } from '@rack-gateway/database'
import { createTestDatabase, type TestDatabase } from '@rack-gateway/database/testing'
import { freePort } from '@rack-gateway/demo/free-port'
import { type Clock, createDemoRack, type DemoRack } from '@rack-gateway/demo-rack'
import { createGateway, type Tuning } from '@rack-gateway/gateway'
import { basicAuthorization } from '@rack-gateway/testing/authorization'
import { type RawResponse, sendRaw, writeRequest } from '@rack-gateway/testing/http'
import type { FastifyInstance } from 'fastify'
import pino, { type Logger } from 'pino'
import postgres, { type Sql } from 'postgres'
import { expect } from 'vitest'
import { rackConfig } from '../racks/rack-config.ts'
import { gatewayDefaults } from './gateway-defaults.ts'

export interface System {
  readonly url: string
  readonly port: number
  readonly app: FastifyInstance
  readonly rack: DemoRack
  readonly racks: Readonly<Record<string, DemoRack>>
  readonly issuer: Issuer
  readonly database: TestDatabase
  readonly secretKey: string
  /** The database owner's connection. */
  readonly sql: Sql
  /** Creates a session of a user with this role on every rack. @returns its token */
  token(role: string, options?: { email?: string; rack?: string }): Promise<string>
  /** Creates an API token of the service account `ci`. */
  pipelineToken(): Promise<string>
  events(): Promise<AuditEvent[]>
  /** The newest event of one call or change, of one request where its ID is given. Counts of refusals come at any time. */
  lastEvent(requestId?: string): Promise<AuditEvent>
  /** Makes a checkpoint of all events so far. Needs the option `checkpoints`, or a `checkpointInterval` of 0. */
  checkpoint(): Promise<void>
  /** Sends the text as it is, and reads one response. */
  raw(text: string): Promise<RawResponse>
  get(path: string, token: string): Promise<RawResponse>
  send(method: string, path: string, token: string, body?: string, headers?: readonly string[]): Promise<RawResponse>
  /** A second gateway on the same database and racks; its options override those of the first one. */
  replica(
    options?: ReplicaOptions,
  ): Promise<{ readonly url: string; readonly app: FastifyInstance; stop(): Promise<void> }>
  stop(): Promise<void>
}

export interface SystemOptions {
  readonly rackNames?: readonly string[]
  readonly now?: () => number
  /** The clock of the racks. */
  readonly clock?: Clock
  readonly auditReads?: 'strict' | 'relaxed'
  readonly auditFallbackDir?: string | null
  readonly sessions?: SessionTerms
  readonly trustedProxies?: readonly string[]
  /** Overrides of the call limits. */
  readonly limits?: Partial<Limits>
  /** Path of a policy document. */
  readonly policyFile?: string | null
  /** Paths of policy packages. */
  readonly policyPackages?: readonly string[]
  /** Racks on which the policy is not enforced. */
  readonly observing?: ObserveMode | null
  readonly recordings?: RecordingSettings | null
  /** High by default, because all tests share one address. */
  readonly unauthenticatedPerMinute?: number
  /** `own`: the gateway's own URL. */
  readonly publicUrl?: string | null
  /** The host name of the gateway's own URL, such as `localhost`, at which browsers have passkeys. */
  readonly publicHost?: string
  /** Puts a proxy between the gateway and its database. @returns the URL of the proxy */
  readonly databaseProxy?: (databaseUrl: string) => Promise<string>
  /** Directory for checkpoints. Each call of `checkpoint()` then makes one. */
  readonly checkpoints?: string
  readonly metrics?: { readonly host: string; readonly port: number } | null
  /** Gets each line of the log, or is the log. */
  readonly log?: ((line: string) => void) | Logger
  /** The lowest level. Default: `warn`. */
  readonly logLevel?: string
  /** Enables browser login. Called with the gateway's URL. */
  readonly login?: (publicUrl: string) => Promise<LoginSettings>
  readonly deviceLogin?: DeviceLoginMode
  readonly cliMinimumVersion?: string | null
  /** Default: 1, so that tests poll more often than the CLI does. */
  readonly devicePollSeconds?: number
  /** Additional destinations of events. */
  readonly sinks?: readonly SinkConfig[]
  /** The first part of rack names in console mode. */
  readonly organization?: string
  /** The configuration as people see it. */
  readonly settings?: readonly Setting[]
  /** Overrides of the intervals that are short by default, so that tests do not wait. */
  readonly tuning?: Tuning
}

export interface RecordingSettings {
  /** The address of an object store. */
  readonly address: string
  readonly limits?: Tuning['recordingLimits']
}

type ReplicaOptions = Pick<
  SystemOptions,
  'auditFallbackDir' | 'metrics' | 'observing' | 'policyFile' | 'recordings' | 'sinks' | 'tuning'
>

const secretKey = 'test-secret-key-of-at-least-32-bytes!'
const key = Buffer.from(secretKey)

/** The configuration that the environment would set. */
function loginConfig({
  clientSecret,
  publicUrl: _,
  sessionIdle,
  sessionLife: __,
  ...config
}: LoginSettings): LoginConfig {
  return { ...config, clientSecret: new Secret(clientSecret), sessionIdleMs: sessionIdle }
}

/** Starts the gateway as in production, with its own database, in front of demo racks. */
export async function startSystem({
  rackNames = ['staging'],
  now = Date.now,
  clock,
  databaseProxy,
  auditReads = 'strict',
  auditFallbackDir = null,
  sessions = gatewayDefaults.sessions,
  trustedProxies = [],
  limits = {},
  policyFile = null,
  policyPackages = [],
  observing = null,
  recordings = null,
  unauthenticatedPerMinute = 1_000_000,
  publicUrl: givenUrl = null,
  publicHost = '127.0.0.1',
  login: loginAt,
  deviceLogin = 'on',
  cliMinimumVersion = null,
  devicePollSeconds = 1,
  log,
  logLevel = 'warn',
  checkpoints,
  metrics = null,
  sinks = [],
  organization = gatewayDefaults.organization,
  settings = [],
  tuning = {},
}: SystemOptions = {}): Promise<System> {
  const database = await createTestDatabase()
  const databaseUrl = databaseProxy === undefined ? database.runtimeUrl : await databaseProxy(database.runtimeUrl)
  const racks: Record<string, DemoRack> = {}
  for (const name of rackNames) {
    const rack = createDemoRack({
      name,
      token: `rack-password-of-${name}`,
      seed: name,
      ...(clock === undefined ? {} : { clock }),
    })
    await rack.listen()
    racks[name] = rack
  }
  const usesOwnUrl = loginAt !== undefined || givenUrl === 'own'
  const fixedPort = usesOwnUrl ? await freePort() : 0
  const publicUrl = usesOwnUrl ? `http://${publicHost}:${fixedPort}` : givenUrl
  const login = loginAt === undefined || publicUrl === null ? null : await loginAt(publicUrl)
  const start = (options: ReplicaOptions = {}) => {
    const recorded = options.recordings ?? recordings
    return createGateway({
      config: {
        ...gatewayDefaults,
        settings,
        racks: Object.entries(racks).map(([name, rack]) => rackConfig(name, rack)),
        secretKeys: [new Secret(secretKey)],
        auditReads,
        auditFallbackDir: options.auditFallbackDir ?? auditFallbackDir,
        sessions: login ? { ...sessions, maxAge: Math.min(sessions.maxAge, login.sessionLife) } : sessions,
        publicUrl: login?.publicUrl ?? publicUrl,
        organization,
        login: login && loginConfig(login),
        deviceLogin,
        cliMinimumVersion,
        trustedProxies,
        limits: { ...defaultLimits, ...limits },
        policyPackages,
        policyFile: options.policyFile ?? policyFile,
        observing: options.observing === undefined ? observing : options.observing,
        recordings: recorded?.address ?? null,
        unauthenticatedPerMinute,
        sinks: options.sinks ?? sinks,
        checkpoints: { ...gatewayDefaults.checkpoints, directory: checkpoints ?? null },
        metrics: options.metrics === undefined ? metrics : options.metrics,
      },
      databaseUrl,
      log: typeof log === 'function' ? pino({ level: logLevel }, { write: log }) : (log ?? pino({ level: 'silent' })),
      now,
      tuning: {
        devicePollSeconds,
        denialInterval: 50,
        denialDelay: 10,
        ...(checkpoints !== undefined && { checkpointInterval: 0 }),
        ...(recorded?.limits && { recordingLimits: recorded.limits }),
        ...tuning,
        ...options.tuning,
      },
    })
  }
  const gateways: FastifyInstance[] = []
  async function listenOn(port: number, options?: ReplicaOptions): Promise<{ app: FastifyInstance; url: string }> {
    const app = await start(options)
    gateways.push(app)
    return { app, url: await app.listen({ port, host: '127.0.0.1' }) }
  }
  /** Also ends replicas that a failed test did not stop. Otherwise, their threads disturb other tests. */
  async function close(): Promise<void> {
    await Promise.all(gateways.map((one) => one.close()))
    await Promise.all(Object.values(racks).map((one) => one.close()))
  }
  const { app, url } = await listenOn(fixedPort).catch(async (error: unknown) => {
    await close()
    await database.drop()
    throw error
  })
  const port = Number(new URL(url).port)
  const runtime = openDatabase(database.runtimeUrl, { max: 2 })
  const sql = postgres(database.ownerUrl, { max: 2, onnotice() {} })
  const issuer = createIssuer({
    database: runtime,
    mint: createTokenMint([key]),
    clock: { now },
    record: async (events) => {
      await Promise.all(events.map((event) => app.audit.record(event)))
    },
    by: { kind: 'system', id: 'test', name: 'test' },
  })
  const rack = Object.values(racks)[0]
  if (!rack) throw new Error('a system has at least one rack')

  async function events(): Promise<AuditEvent[]> {
    const rows = await sql<{ canonical: string }[]>`select canonical from audit.events order by written_at, stream, seq`
    return rows.map((row) => JSON.parse(row.canonical))
  }

  const raw = (text: string): Promise<RawResponse> => sendRaw(url, text)

  function send(
    method: string,
    path: string,
    token: string,
    body = '',
    headers: readonly string[] = [],
  ): Promise<RawResponse> {
    const lines = [`Host: 127.0.0.1:${port}`, `Authorization: ${basicAuthorization(token)}`, ...headers]
    return raw(writeRequest(`${method} ${path}`, lines, body))
  }

  return {
    url,
    port,
    app,
    rack,
    racks,
    issuer,
    database,
    secretKey,
    sql,
    async token(role, { email = `${role}@example.com`, rack: bound } = {}) {
      const issued = await issuer.issueSession({
        email,
        role,
        device: 'test',
        expiresAt: now() + 86_400_000,
        ...(bound === undefined ? {} : { rack: bound }),
      })
      return issued.token
    },
    async pipelineToken() {
      await issuer.createServiceAccount({ name: 'ci', binding: { role: 'ci' } })
      const owner = { kind: 'service-account', name: 'ci' } as const
      const issued = await issuer.issueApiToken({ name: 'pipeline', owner, role: 'ci', expiresAt: now() + 86_400_000 })
      return issued.token
    },
    async checkpoint() {
      const [asked] = await sql`select date_trunc('milliseconds', clock_timestamp()) as at`
      async function isMade(): Promise<unknown> {
        await app.checkpoints.makeIfDue()
        const [made] = await sql`select exists (select from audit.checkpoints where at >= ${asked?.at}) as is`
        return made?.is
      }
      // A failed attempt is only logged, and repeated later.
      await expect.poll(isMade, { timeout: 30_000 }).toBe(true)
    },
    events,
    async lastEvent(requestId) {
      const ofRequest = requestId === undefined ? sql`` : sql`and canonical::json ->> 'request' = ${requestId}`
      const [last] = await sql<{ canonical: string }[]>`
        select canonical from audit.events where canonical::json ->> 'count' is null ${ofRequest}
        order by written_at desc, stream desc, seq desc limit 1`
      if (!last) throw new Error('nothing was recorded')
      return JSON.parse(last.canonical)
    },
    raw,
    get: (path, token) => send('GET', path, token),
    send,
    async replica(options) {
      const other = await listenOn(0, options)
      return { ...other, stop: () => other.app.close() }
    },
    async stop() {
      await close()
      await runtime.close()
      await sql.end({ timeout: 5 })
      await database.drop()
    },
  }
}

/** Resolves once the gateway applies every change of identities that was committed before the call. */
export async function changesApplied({ app }: Pick<System, 'app'>): Promise<void> {
  const called = performance.now()
  // On a busy machine, the poll for changes can take too long and fail.
  do await app.identitiesCaughtUp()
  while (app.identities.age() > performance.now() - called)
}

/** Verifies every stream of the database. */
export async function verifyStreams(sql: Sql): Promise<ChainResult> {
  const rows = await sql<{ stream: string; seq: string; canonical: string; prev: Buffer; hash: Buffer }[]>`
    select stream, seq, canonical, prev, hash from audit.events order by written_at, stream, seq`
  return verifyChain(rows.map((row) => ({ ...row, seq: Number(row.seq) })))
}
