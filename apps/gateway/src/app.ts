import { createAuditSearch } from '@rack-gateway/audit/search'
import { createIdentities, createTokenMint, deriveKey, type RecordIdentityEvents } from '@rack-gateway/auth'
import type { CliLogins } from '@rack-gateway/auth/cli-login'
import {
  createProviderGrants,
  createProviderSource,
  createRecheck,
  type LoginSettings,
  type ProviderGrants,
  type ProviderSource,
  type Recheck,
} from '@rack-gateway/auth/login'
import authPlugin from '@rack-gateway/auth/plugin'
import {
  createBrowserSessions,
  createDirectory,
  createLastUses,
  createWorkloads,
  type LastUses,
  type Workloads,
  watchRevision,
} from '@rack-gateway/auth/store'
import { defaultLimits, type Limits } from '@rack-gateway/config'
import { type Database, openDatabase, tamperProtection } from '@rack-gateway/database'
import rackRegistryPlugin from '@rack-gateway/rack-registry/plugin'
import { describePackage } from '@rack-gateway/rbac-policy/packages/host'
import type { FastifyInstance } from 'fastify'
import { createAlarms } from './audit/alarms.ts'
import { registerCheckpoints } from './audit/checkpoints.ts'
import { createDenialLimit } from './audit/denial-limit.ts'
import { identityRecorder } from './audit/identity-recorder.ts'
import { registerAudit } from './audit/register.ts'
import { watchLogMonths } from './audit/retention-status.ts'
import { openAuditSinks } from './audit/sinks.ts'
import type { GatewayOptions } from './gateway-options.ts'
import { callLog } from './http/call-log.ts'
import { followAnswers, refuseConnect, refuseExpectations } from './http/client-errors.ts'
import { answerErrors } from './http/error-handler.ts'
import { refuseOtherHosts } from './http/own-host.ts'
import { scheduleRequests } from './http/request-scheduler.ts'
import { createServer } from './http/server.ts'
import { watchForwarding } from './http/untrusted-proxy-warning.ts'
import { holdContinue, routeUpgrades } from './http/upgrade.ts'
import { registerLogin } from './login/browser-login.ts'
import { createLogins, registerCliLogin } from './login/cli-login.ts'
import { cliLoginApi } from './login/cli-login-api.ts'
import { type AuditEvidence, createAuditEvidence, evidenceConnections } from './management-api/audit-evidence.ts'
import ownApi from './management-api/plugin.ts'
import ownApiReference from './management-api/reference.ts'
import health from './operations/health.ts'
import { createMetrics } from './operations/metrics.ts'
import { serveMetrics } from './operations/metrics-server.ts'
import { readinessChecks } from './operations/readiness.ts'
import entrance from './pages/entrance.ts'
import home from './pages/home.ts'
import { registerPolicyPackages } from './policy/packages.ts'
import { registerPolicy } from './policy/register.ts'
import { version } from './process/version.ts'
import { createBodyDigest } from './rack-api/body-digest.ts'
import { type BufferSweep, createBufferSweep } from './rack-api/buffer-sweep.ts'
import { createCallLimits } from './rack-api/call-limits.ts'
import type { Steps } from './rack-api/dependencies.ts'
import { createEnvironments } from './rack-api/environment.ts'
import { createLiveCalls } from './rack-api/live-calls.ts'
import { createMaskKeeper } from './rack-api/masks.ts'
import rackApi from './rack-api/plugin.ts'
import { createProcessDirectory } from './rack-api/processes.ts'
import { createResourceDirectory } from './rack-api/resources.ts'
import { createRuns } from './rack-api/runs.ts'
import { createTurns } from './rack-api/turns.ts'
import { createCountedLog } from './rate-limits/counted-log.ts'
import strangerLimit from './rate-limits/unauthenticated.ts'
import { createArchive } from './recordings/archive.ts'
import { recordingKeys } from './recordings/recording-keys.ts'
import { careForRecordings, registerRecordings, sessionRecorderOf } from './recordings/register.ts'

/** Puts the packages together: configuration in, a Fastify server out. Nothing here decides anything. */
export async function createGateway(options: GatewayOptions): Promise<FastifyInstance> {
  const { racks, databaseUrl, log, now = Date.now } = options
  const limits = limitsOf(options)
  const app = createServer(log, options.trustedProxies, limits)
  const database = openDatabase(databaseUrl)
  app.addHook('onClose', () => database.close())
  try {
    await database.check()
    app.decorateRequest('call', null)
    app.decorate('alarms', createAlarms(now))
    app.decorate('denialLimit', createDenialLimit(limits))
    const unauthenticatedLog = createCountedLog(app.log)
    app.decorate('unauthenticatedLog', unauthenticatedLog)
    app.addHook('onClose', async () => unauthenticatedLog.stop())
    app.decorateRequest('refusedBy', null)
    app.decorateRequest('endpoint', null)
    app.decorateRequest('endpointDecision', null)
    app.decorate('bodyDigest', createBodyDigest(options.secretKeys[0]))
    scheduleRequests(app)
    answerErrors(app)
    const forwarding = watchForwarding(app)
    await app.register(strangerLimit, { perMinute: options.strangersPerMinute })
    if (options.publicUrl) refuseOtherHosts(app, options.publicUrl)
    callLog(app)
    const checkpointer = registerCheckpoints(app, databaseUrl, options.checkpoints)
    const sinks = await openAuditSinks(options)
    await registerAudit(app, {
      databaseUrl,
      secretKeys: options.secretKeys,
      fallbackDir: options.auditFallbackDir,
      now,
      sinks,
      onDurable: checkpointer.wrote,
      onAway: (cause) => (cause === null ? checkpointer.cameBack() : checkpointer.left()),
    })
    const { workloads, lastUses, caughtUp } = await registerIdentities(app, database, options)
    await registerPolicy(app, options)
    await registerRecordings(app, options)
    careForRecordings(app, options)
    const sweep = createBufferSweep()
    await app.register(rackRegistryPlugin, {
      racks,
      passed: sweep,
      connections: { calls: limits.callsPerRack, transfers: limits.transfersPerRack },
      bodyTimeout: limits.bodyTimeout,
    })
    const months = watchLogMonths(app, database)
    const protection = await tamperProtection(database.sql)
    const notes = { protection, forwarding, checkpoints: checkpointer.state, months }
    await app.register(health, { checks: readinessChecks(app, database, notes) })
    await app.register(ownApiReference)
    const auditLog = createAuditSearch({ url: databaseUrl })
    app.addHook('onClose', () => auditLog.close())
    const cliLogins = cliLoginsOf(app, database, options)
    const vouching = options.login ? vouchingOf(app, database, options.login, options) : null
    await registerPolicyPackages(app, { entries: options.policyPackages, now })
    await app.register(ownApi, {
      cliLogin: cliLoginApi(cliLogins, options.publicUrl),
      database,
      mint: createTokenMint(options.secretKeys),
      now,
      sessionTerms: options.sessions,
      workloads,
      publicUrl: options.publicUrl,
      versions: { gateway: version(), cli: { minimum: options.cliMinimumVersion, newest: version() } },
      recheck: vouching?.recheck ?? nobodyToAsk,
      auditEvidence: auditEvidenceOf(app, databaseUrl),
      recordings: createArchive({
        store: app.recordings?.store ?? null,
        deriveKeys: recordingKeys(options.secretKeys),
        sql: database.sql,
        flushNow: (id) => app.recordings?.flushNow(id) ?? (() => {}),
      }),
      auditLog,
      limits,
      caughtUp,
      childFlags: options.childFlags ?? process.execArgv,
    })
    await registerPages(app, database, options, vouching)
    if (cliLogins) await registerCliLoginPages(app, database, options, cliLogins)
    await app.register(rackApi, { steps: stepsOf(app, database, sweep, options) })
    if (options.metrics)
      serveMetrics(
        app,
        options.metrics,
        createMetrics({
          identities: app.identities,
          audit: app.audit,
          lastUses,
          checkpoints: checkpointer.state,
          months,
          recordings: app.recordings,
          now,
        }),
      )
    recordConfiguration(app, options)
    followAnswers(app.server)
    refuseConnect(app)
    refuseExpectations(app)
    routeUpgrades(app.server, app.routing)
    holdContinue(app.server, app.routing)
    return app
  } catch (error) {
    await app.close()
    throw error
  }
}

function limitsOf({ limits }: GatewayOptions): Limits {
  return { ...defaultLimits, ...limits }
}

/** Over connections of its own: no call waits behind somebody who reads the whole log. */
function auditEvidenceOf(app: FastifyInstance, databaseUrl: string): AuditEvidence {
  const database = openDatabase(databaseUrl, {
    max: evidenceConnections(mostReaders),
    applicationName: 'rack-gateway audit log',
  })
  app.addHook('onClose', () => database.close())
  return createAuditEvidence(database.sql, mostReaders)
}

const mostReaders = 2

async function registerIdentities(
  app: FastifyInstance,
  database: Database,
  options: GatewayOptions,
): Promise<{ readonly workloads: Workloads; readonly lastUses: LastUses; readonly caughtUp: () => Promise<void> }> {
  const { databaseUrl, secretKeys, authMaxStale, login, log, publicUrl, now = Date.now } = options
  const revision = await watchRevision({
    url: databaseUrl,
    onError: (err) => log.warn({ event: 'identities.poll_failed', err }),
  })
  app.addHook('onClose', () => revision.stop())
  const clock = { now }
  const identities = createIdentities({ directory: createDirectory(database), revision, clock, maxStale: authMaxStale })
  const onError = (err: unknown) => log.warn({ event: 'identities.last_use_failed', err })
  // On a connection of its own: no call waits behind it.
  const usesDatabase = openDatabase(databaseUrl, { max: 1, applicationName: 'rack-gateway uses' })
  const lastUses = createLastUses({ database: usesDatabase, clock, onError })
  app.addHook('onClose', async function stopLastUses() {
    await lastUses.stop()
    await usesDatabase.close()
  })
  const mint = createTokenMint(secretKeys)
  const record = recorder(app)
  const workloads = createWorkloads({ database, mint, revision, clock, publicUrl, maxStale: authMaxStale })
  const browserSessions = login
    ? createBrowserSessions({
        database,
        secrets: secretKeys,
        clock,
        record,
        publicUrl: login.publicUrl,
        idle: login.sessionIdle,
      })
    : null
  await app.register(authPlugin, {
    mint,
    identities,
    clock,
    workloads: {
      credentialOf: (text, request) => workloads.credentialOf(text, identityRecorder(app, request)),
    },
    browserSessions,
    onUse({ kind, credential }, address) {
      if (kind !== 'workload') lastUses.note(credential, address)
    },
  })
  return { workloads, lastUses, caughtUp: revision.look }
}

interface Vouching {
  readonly provider: ProviderSource
  readonly grants: ProviderGrants
  readonly recheck: Recheck
}

/** The identity provider, for logins and for asking again later. */
function vouchingOf(
  app: FastifyInstance,
  database: Database,
  settings: LoginSettings,
  { secretKeys, now = Date.now }: GatewayOptions,
): Vouching {
  const clock = { now }
  const provider = createProviderSource(settings, clock)
  const grants = createProviderGrants(database, secretKeys)
  const recheck = createRecheck({ settings, provider, grants, database, clock, record: recorder(app) })
  return { provider, grants, recheck }
}

async function nobodyToAsk(): Promise<void> {}

async function registerPages(
  app: FastifyInstance,
  database: Database,
  options: GatewayOptions,
  vouching: Vouching | null,
): Promise<void> {
  const { login, secretKeys, now = Date.now } = options
  const { browserSessions } = app
  await app.register(entrance, { hasLogin: login !== null })
  if (!login || !browserSessions || !vouching) return
  await registerLogin(app, {
    settings: login,
    provider: vouching.provider,
    grants: vouching.grants,
    browserSessions,
    database,
    mint: createTokenMint(secretKeys),
    secrets: secretKeys,
    clock: { now },
    record: recorder(app),
  })
  await app.register(home, { adminUsers: login.adminUsers, publicUrl: login.publicUrl, now })
}

function cliLoginsOf(app: FastifyInstance, database: Database, options: GatewayOptions): CliLogins | null {
  const { login, secretKeys, now = Date.now, deviceLogin, devicePollSeconds: pollSeconds = 5 } = options
  if (!login) return null
  const mint = createTokenMint(secretKeys)
  const terms = options.sessions
  const record = recorder(app)
  return createLogins({ database, mint, secrets: secretKeys, clock: { now }, record, terms, deviceLogin, pollSeconds })
}

async function registerCliLoginPages(
  app: FastifyInstance,
  database: Database,
  { secretKeys, now = Date.now }: GatewayOptions,
  logins: CliLogins,
): Promise<void> {
  const { browserSessions } = app
  if (!browserSessions) return
  await registerCliLogin(app, { database, secrets: secretKeys, clock: { now }, logins, browserSessions })
}

function recorder(app: FastifyInstance): RecordIdentityEvents {
  return async function record(events) {
    await Promise.all(events.map((event) => app.audit.record(event)))
  }
}

function stepsOf(app: FastifyInstance, database: Database, sweep: BufferSweep, options: GatewayOptions): Steps {
  const { secretKeys, auditReads, now = Date.now } = options
  const { policy, policyPackages: packages, racks, audit, streams, identities } = app
  const [newest, ...older] = secretKeys
  const maskKey = (key: Buffer) => deriveKey(key, 'rack-gateway mask')
  const masks = createMaskKeeper({ policy, keys: [maskKey(newest), ...older.map(maskKey)], now })
  const live = createLiveCalls({
    streams,
    identities,
    policy,
    packages,
    now,
    onError: (err) => app.log.error({ event: 'stream.review_failed', err }),
  })
  app.addHook('preClose', async () => {
    live.endAll('the gateway is being restarted; run the command again')
    live.stop()
  })
  closeIdleConnections(app)
  return {
    identities,
    policy,
    packages,
    racks,
    audit,
    processes: createProcessDirectory(now),
    resources: createResourceDirectory(now),
    environments: createEnvironments(masks),
    runs: createRuns(database.sql, now),
    masks,
    live,
    limits: createCallLimits(racks.names, limitsOf(options)),
    turns: createTurns(),
    bodyTimeout: limitsOf(options).bodyTimeout,
    recorder: sessionRecorderOf(app, { sql: database.sql, now }),
    sweep,
    now,
    reads: auditReads,
  }
}

/** What this start decides by: the second event of its stream. */
function recordConfiguration(app: FastifyInstance, { racks, auditReads, authMaxStale }: GatewayOptions): void {
  app.addHook('onReady', async function recordStart() {
    const names = racks.map(({ name }) => name).join(' ')
    const packages = app.policyPackages.loaded.map(describePackage).join(', ')
    const detail = {
      version: version(),
      node: process.version,
      racks: names,
      policy: app.policy.hash,
      packages,
      auditReads,
      authMaxStale,
    }
    await app.audit.record({ kind: 'configuration.loaded', detail })
  })
}

/** A connection whose last request ends while we stop would else be kept for the next one, and hold us up. */
function closeIdleConnections(app: FastifyInstance): void {
  let timer: NodeJS.Timeout | undefined
  app.addHook('preClose', async () => {
    timer = setInterval(() => app.server.closeIdleConnections(), 100)
  })
  app.addHook('onClose', async () => clearInterval(timer))
}
