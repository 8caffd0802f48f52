import type { FallbackStats } from '@rack-gateway/audit'
import { tamperProtection } from '@rack-gateway/database'
import { variableSuffix } from '@rack-gateway/rack-registry'
import { describePackage } from '@rack-gateway/rbac-policy/packages/host'
import type { FastifyInstance } from 'fastify'
import { checkpointsCheck } from '../audit/checkpoint-readiness.ts'
import { retentionCheck } from '../audit/retention-status.ts'
import { memoizeFor } from '../rate-limits/memoize-for.ts'
import type { Readiness } from '../readiness/readiness-check.ts'
import { isDegraded } from './health-report/sinks.ts'

const readLog = 'The log of the gateway has the cause.'

/** An invalid document does not make the gateway unready, because the previous document stays in force. */
function policyCheck({ policyFile }: FastifyInstance): Readiness[] {
  if (policyFile === null) return []
  const valid = policyFile.problems().length === 0
  const detail = valid
    ? 'as in its file'
    : 'its file is not valid, so the previous document stays in force: see the log'
  const remedy = valid ? null : 'Run rack-gateway policy check with the file, and correct it.'
  return [{ name: 'policy', ready: true, detail, remedy }]
}

/**
 * Never makes the gateway unready, because observe mode is a choice of the operator.
 * Names no rack, because unauthenticated callers can read the detail.
 */
function policyModeCheck({ observeMode, policyModes }: FastifyInstance): Readiness[] {
  const { configured } = observeMode
  const differ = policyModes.differ()
  if (configured === null && !differ) return []
  const until = configured === null ? '' : new Date(configured.until).toISOString()
  const state =
    observeMode.racks().length > 0
      ? `not enforced on at least one rack: observe mode until ${until}`
      : `enforced${until === '' ? '' : `: observe mode ended at ${until}`}`
  const detail = differ ? `${state}; ALARM: the processes of the gateway differ in their mode` : state
  const remedy = differ
    ? 'Start every process of the gateway with the same POLICY_MODE, POLICY_MODE_<NAME>, and POLICY_OBSERVE_UNTIL.'
    : null
  return [{ name: 'policy-mode', ready: true, detail, remedy }]
}

/** Shows counts, because a package that fails or is slow affects all callers. */
function packagesCheck({ policyPackages }: FastifyInstance): Readiness[] {
  if (policyPackages.loaded.length === 0) return []
  const details = policyPackages.loaded.map((one) => {
    const { evaluated, simulated, objected, failed, slow } = policyPackages.counts(one.policy.name)
    return `${describePackage(one)}: asked ${evaluated}, simulated ${simulated}, objected ${objected}, failed ${failed}, slow ${slow}`
  })
  const unknown = policyPackages
    .unknownRequestRules()
    .map((one) => `${one.package} asks for an approval by the request rule ${one.rule}, which the policy does not have`)
  const remedy = unknown.length > 0 ? 'Add the request rule to the policy document, or correct the package.' : null
  return [{ name: 'policy-packages', ready: true, detail: [...details, ...unknown].join('; '), remedy }]
}

/**
 * Never makes the gateway unready, because only sessions with the recording mode `strict` need the storage.
 * Shows no counts, because unauthenticated callers can read the result.
 */
function recordingsCheck({ recordings }: FastifyInstance): Readiness[] {
  if (recordings === null) return []
  const isFailing = recordings.stats().failing > 0
  const detail = isFailing ? 'cannot be stored now: see the log and metrics' : 'stored'
  const remedy = isFailing ? `Check the store that RECORDINGS names. ${readLog}` : null
  return [{ name: 'recordings', ready: true, detail, remedy }]
}

/** A fallback file that could not be imported does not make the gateway unready, because new events are safe. */
function auditChecks({ audit }: FastifyInstance): Readiness[] {
  const { available, fallback, adoptionFailure } = audit.stats()
  const state = available ? 'writing' : 'cannot be written'
  const adoption = adoptionFailure === null ? '' : '; streams of processes that are gone cannot be adopted: see the log'
  const remedy = available && adoptionFailure === null ? null : `Check that the database can be written. ${readLog}`
  const log = { name: 'audit', ready: available, detail: `${state}${adoption}`, remedy }
  return fallback === null ? [log] : [log, fallbackCheck(fallback)]
}

function fallbackCheck(stats: FallbackStats): Readiness {
  const needsOperator = stats.usingFile || stats.refusedFiles > 0 || stats.failingFiles > 0
  const remedy = needsOperator ? `Follow docs/how-to/audit-fallback.md. ${readLog}` : null
  return { name: 'audit-fallback', ready: true, detail: fallbackDetail(stats), remedy }
}

function fallbackDetail({ usingFile, bytes, since, refusedFiles, failingFiles }: FallbackStats): string {
  const state = usingFile ? 'the database does not accept events, so they are in a file' : 'not needed'
  const waiting =
    since === null ? [] : [`${bytes} bytes are not in the database, since ${new Date(since).toISOString()}`]
  const refused =
    refusedFiles === 0 ? [] : [`${refusedFiles} files could not be imported and need an operator: see the log`]
  const failing =
    failingFiles === 0 ? [] : [`${failingFiles} files cannot be imported and are tried again: see the log`]
  return [state, ...waiting, ...refused, ...failing].join('; ')
}

/**
 * Never makes the gateway unready, because the events are in the audit log.
 * Shows no counts, because unauthenticated callers can read the result.
 */
function sinksCheck({ audit }: FastifyInstance): Readiness[] {
  const sinks = audit.sinks()
  if (sinks.length === 0) return []
  const details = sinks.map((sink) => {
    const state = isDegraded(sink) ? 'degraded, see the log and metrics' : 'delivering'
    return `${sink.name} (${sink.kind}): ${state}`
  })
  const remedy = sinks.some(isDegraded) ? `Check the receiver of the sink. Its events wait. ${readLog}` : null
  return [{ name: 'sinks', ready: true, detail: details.join('; '), remedy }]
}

/**
 * Never makes the gateway unready, because other racks work.
 * Names no rack, because unauthenticated callers can read the detail.
 */
function racksCheck({ racks, rackContacts }: FastifyInstance): Readiness {
  const rejecting = racks.names.filter((name) => rackContacts.of(name).rejectedSince !== null)
  const unreachable = racks.names.filter((name) => rackContacts.of(name).isReachable === false)
  const problems = [
    ...(rejecting.length > 0 ? ["a rack rejects the gateway's password"] : []),
    ...(unreachable.length > 0 ? ['a rack cannot be reached'] : []),
  ]
  const detail = problems.length > 0 ? `${problems.join('; ')}: see the log and metrics` : 'no problem is known'
  const remedies = [
    ...rejecting.map(
      (name) => `Set RACK_TOKEN_${variableSuffix(name)} to the password of the rack ${name}, and restart the gateway.`,
    ),
    ...unreachable.map((name) => `Check that the gateway reaches the rack ${name}.`),
  ]
  return { name: 'racks', ready: true, detail, remedy: remedies.length > 0 ? remedies.join(' ') : null }
}

/** The checks run at most once a second. */
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
      {
        name: 'database',
        ready: reachable,
        detail: reachable ? 'reachable' : 'not reachable',
        remedy: reachable ? null : `Check that PostgreSQL runs, and that the gateway reaches it. ${readLog}`,
      },
      {
        name: 'identities',
        ready: !stale,
        detail: stale ? 'changes to tokens and bindings may not be known here' : 'current',
        remedy: stale ? `Check the connection to the database. ${readLog}` : null,
      },
      ...auditChecks(app),
      checkpointsCheck(app.checkpoints.state()),
      retentionCheck(app.retentionStatus()),
      ...sinksCheck(app),
      ...policyCheck(app),
      ...policyModeCheck(app),
      ...packagesCheck(app),
      ...recordingsCheck(app),
      racksCheck(app),
      {
        name: 'tampering',
        ready: true,
        detail:
          protection === 'prevented'
            ? 'the runtime login cannot change events'
            : 'detected, not prevented: give DATABASE_OWNER_URL a login of its own',
        remedy:
          protection === 'prevented'
            ? null
            : 'Set DATABASE_OWNER_URL to the login that owns the tables, and DATABASE_URL to another login.',
      },
      { name: 'proxies', ready: true, detail: app.untrustedProxyNote(), remedy: null },
    ]
  })
}
