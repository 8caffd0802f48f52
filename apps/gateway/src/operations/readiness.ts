import type { FallbackStats } from '@rack-gateway/audit/fallback'
import { tamperProtection } from '@rack-gateway/database'
import { describePackage } from '@rack-gateway/rbac-policy/packages/host'
import type { FastifyInstance } from 'fastify'
import { checkpointsCheck } from '../audit/checkpoint-readiness.ts'
import { retentionCheck } from '../audit/retention-status.ts'
import { memoizeFor } from '../rate-limits/memoize-for.ts'
import type { Readiness } from './readiness-check.ts'

/** An invalid document does not make the gateway unready: the previous one stays in force. */
function policyCheck({ policyFile }: FastifyInstance): Readiness[] {
  if (policyFile === null) return []
  const valid = policyFile.problems().length === 0
  const detail = valid
    ? 'as in its file'
    : 'its file is not valid, so the previous document stays in force: see the log'
  return [{ name: 'policy', ready: true, detail }]
}

/** The loaded packages with their counts, because a package that fails or is slow affects all callers. */
function packagesCheck({ policyPackages }: FastifyInstance): Readiness[] {
  if (policyPackages.loaded.length === 0) return []
  const details = policyPackages.loaded.map((one) => {
    const { evaluated, simulated, objected, failed, slow } = policyPackages.counts(one.policy.name)
    return `${describePackage(one)}: asked ${evaluated}, simulated ${simulated}, objected ${objected}, failed ${failed}, slow ${slow}`
  })
  return [{ name: 'policy-packages', ready: true, detail: details.join('; ') }]
}

/** Without storage for recordings, only strict sessions fail. Unauthenticated callers can read this, so it has no counts. */
function recordingsCheck({ recordings }: FastifyInstance): Readiness[] {
  if (recordings === null) return []
  const detail = recordings.stats().failing === 0 ? 'stored' : 'cannot be stored now: see the log and metrics'
  return [{ name: 'recordings', ready: true, detail }]
}

/** A file that could not be imported does not make the gateway unready: new events are safe. */
function auditChecks({ audit }: FastifyInstance): Readiness[] {
  const { available, fallback, adoptionFailure } = audit.stats()
  const state = available ? 'writing' : 'cannot be written'
  const adoption = adoptionFailure === null ? '' : '; streams of processes that are gone cannot be adopted: see the log'
  const log = { name: 'audit', ready: available, detail: `${state}${adoption}` }
  return fallback === null ? [log] : [log, { name: 'audit-fallback', ready: true, detail: fallbackDetail(fallback) }]
}

function fallbackDetail({ usingFile, bytes, since, refusedFiles, failingFiles }: FallbackStats): string {
  const state = usingFile ? 'the database cannot take records: they go to a file' : 'not needed'
  const waiting =
    since === null ? [] : [`${bytes} bytes are not in the database, since ${new Date(since).toISOString()}`]
  const refused =
    refusedFiles === 0 ? [] : [`${refusedFiles} files could not be imported and need an operator: see the log`]
  const failing =
    failingFiles === 0 ? [] : [`${failingFiles} files cannot be imported and are tried again: see the log`]
  return [state, ...waiting, ...refused, ...failing].join('; ')
}

/** Seconds behind. */
const tooFarBehind = 300

/** A sink that fails does not make the gateway unready: its events are in the log. Unauthenticated callers can read this, so it has no counts. */
function sinksCheck({ audit }: FastifyInstance): Readiness[] {
  const sinks = audit.sinks()
  if (sinks.length === 0) return []
  const details = sinks.map(({ name, kind, lagSeconds, trouble }) => {
    const isDegraded = trouble !== null || lagSeconds > tooFarBehind
    return `${name} (${kind}): ${isDegraded ? 'degraded, see the log and metrics' : 'delivering'}`
  })
  return [{ name: 'sinks', ready: true, detail: details.join('; ') }]
}

/** Whether the gateway can answer calls, and what the operator should know about it. At most a second old. */
export async function createReadinessCheck(app: FastifyInstance): Promise<() => Promise<Readiness[]>> {
  const { database } = app
  const protection = await tamperProtection(database.sql)
  return memoizeFor(1_000, performance.now.bind(performance), async function check() {
    const reachable = await database.check().then(
      () => true,
      () => false,
    )
    const stale = app.identities.stale()
    return [
      { name: 'database', ready: reachable, detail: reachable ? 'reachable' : 'not reachable' },
      {
        name: 'identities',
        ready: !stale,
        detail: stale ? 'changes to tokens and bindings may not be known here' : 'current',
      },
      ...auditChecks(app),
      checkpointsCheck(app.checkpoints.state()),
      retentionCheck(app.logMonths()),
      ...sinksCheck(app),
      ...policyCheck(app),
      ...packagesCheck(app),
      ...recordingsCheck(app),
      {
        name: 'tampering',
        ready: true,
        detail:
          protection === 'prevented'
            ? 'the runtime login cannot change events'
            : 'detected, not prevented: give DATABASE_OWNER_URL a login of its own',
      },
      { name: 'proxies', ready: true, detail: app.untrustedProxyNote() },
    ]
  })
}
