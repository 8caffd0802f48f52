import type { ServerConfig } from '@rack-gateway/config'
import { describePackage } from '@rack-gateway/rbac-policy/packages/host'
import fp from 'fastify-plugin'
import { modeDetail } from '../observe-mode/observe-mode.ts'
import { version } from '../process/version.ts'

export default fp<{ readonly config: Pick<ServerConfig, 'racks' | 'auditReads' | 'authMaxStaleMs'> }>(
  async function configurationEvent(app, { config: { racks, auditReads, authMaxStaleMs: authMaxStale } }) {
    app.addHook('onReady', async function recordStart() {
      const detail = {
        version: version(),
        node: process.version,
        racks: racks.map(({ name }) => name).join(' '),
        policy: app.policy.hash,
        packages: app.policyPackages.loaded.map(describePackage).join(', '),
        auditReads,
        authMaxStale,
        ...modeDetail(app.observeMode.configured, app.clock.now()),
      }
      await app.audit.record({ kind: 'configuration.loaded', detail })
    })
  },
  { name: 'configuration-event', dependencies: ['audit-log', 'observe-mode', 'policy', 'policy-packages'] },
)
