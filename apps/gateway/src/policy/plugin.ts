import type { EventDraft } from '@rack-gateway/audit'
import rbacPolicyPlugin, { type PolicyFileChange, unblockedRoutes } from '@rack-gateway/rbac-policy/plugin'
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { addressesOf, type MetricsAddress } from '../operations/metrics-server.ts'

export interface PolicyOptions {
  /** Path of the policy document; null: the built-in policy. */
  readonly file: string | null
  readonly metrics: MetricsAddress | null
}

/** Each change of the policy file is recorded as an event before it takes effect. */
export default fp<PolicyOptions>(
  async function policy(app, { file, metrics }) {
    await app.register(rbacPolicyPlugin, {
      // Proxy calls to racks must not reach the gateway's own database and metrics.
      closedAddresses: [app.databaseAddress, ...(metrics ? addressesOf(metrics) : [])],
      observes: app.observeMode.configured === null ? undefined : app.observeMode.observes,
      file,
      async onChange(change) {
        await app.audit.record(eventOf(change))
        logChange(app, change)
      },
    })
    app.log.info(
      { event: 'policy.in_force', file, policy: app.policy.hash },
      file === null ? 'the built-in policy is in force' : 'the policy document is in force',
    )
    warnOfUnblockedRoutes(app, unblockedRoutes(app.policy.document))
  },
  { name: 'policy', dependencies: ['audit-log', 'database', 'observe-mode'] },
)

function eventOf(change: PolicyFileChange): EventDraft {
  const { file, policy } = change
  if (change.kind === 'rejected')
    return {
      kind: 'policy.rejected',
      detail: { file, policy, problems: change.problems.slice(0, 10).join('; ') },
    }
  const unblocked = change.unblockedRoutes.join(', ')
  return { kind: 'policy.loaded', detail: { file, policy, before: change.before, unblocked } }
}

function logChange({ log, ...app }: FastifyInstance, change: PolicyFileChange): void {
  if (change.kind === 'rejected') {
    const { file, policy, problems } = change
    log.error(
      { event: 'policy.rejected', file, policy, problems },
      'the policy document is not valid: the previous one stays in force',
    )
    return
  }
  log.info({ event: 'policy.loaded', file: change.file, policy: change.policy, before: change.before })
  warnOfUnblockedRoutes({ log, ...app }, change.unblockedRoutes)
}

function warnOfUnblockedRoutes({ log }: Pick<FastifyInstance, 'log'>, routes: readonly string[]): void {
  if (routes.length > 0)
    log.warn(
      { event: 'policy.unblocked', routes },
      'the policy document allows operations that the gateway blocks by default',
    )
}
