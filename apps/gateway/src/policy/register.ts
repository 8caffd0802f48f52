import type { EventDraft } from '@rack-gateway/audit'
import rbacPolicyPlugin, { type PolicyFileChange, unblockedBy } from '@rack-gateway/rbac-policy/plugin'
import type { FastifyInstance } from 'fastify'
import type { GatewayOptions } from '../gateway-options.ts'
import { addressesOf } from '../operations/metrics-server.ts'

/** The policy, from its file where there is one: every change of it is an event before it counts, and said in the log. */
export async function registerPolicy(
  app: FastifyInstance,
  { databaseUrl, metrics, policyFile = null }: Pick<GatewayOptions, 'databaseUrl' | 'metrics' | 'policyFile'>,
): Promise<void> {
  await app.register(rbacPolicyPlugin, {
    // No proxy of a rack leads to the gateway's own database and metrics.
    closedAddresses: [addressOf(databaseUrl), ...(metrics ? addressesOf(metrics) : [])],
    file: policyFile,
    async onChange(change) {
      await app.audit.record(eventOf(change))
      tell(app, change)
    },
  })
  app.log.info(
    { event: 'policy.in_force', file: policyFile, policy: app.policy.hash },
    policyFile === null ? 'the built-in policy is in force' : 'the policy document is in force',
  )
  warnOfUnblocked(app, unblockedBy(app.policy.document))
}

function eventOf(change: PolicyFileChange): EventDraft {
  const { file, policy } = change
  if (change.kind === 'rejected')
    return {
      kind: 'policy.rejected',
      detail: { file, policy, problems: change.problems.slice(0, 10).join('; ') },
    }
  const { before, unblocked } = change
  return { kind: 'policy.loaded', detail: { file, policy, before, unblocked: unblocked.join(', ') } }
}

function tell({ log, ...app }: FastifyInstance, change: PolicyFileChange): void {
  if (change.kind === 'rejected') {
    const { file, policy, problems } = change
    log.error(
      { event: 'policy.rejected', file, policy, problems },
      'the policy document is not valid: the one before it stays in force',
    )
    return
  }
  log.info({ event: 'policy.loaded', file: change.file, policy: change.policy, before: change.before })
  warnOfUnblocked({ log, ...app }, change.unblocked)
}

function warnOfUnblocked({ log }: Pick<FastifyInstance, 'log'>, routes: readonly string[]): void {
  if (routes.length > 0)
    log.warn(
      { event: 'policy.unblocked', routes },
      'the policy document opens operations that the gateway blocks by itself',
    )
}

/** `host:port` of the gateway's own database. */
function addressOf(databaseUrl: string): string {
  const { hostname, port } = new URL(databaseUrl)
  return `${hostname}:${port || '5432'}`
}
