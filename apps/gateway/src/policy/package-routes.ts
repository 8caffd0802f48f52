import { mountPackages } from '@rack-gateway/rbac-policy/packages/host'
import fp from 'fastify-plugin'
import { actorOf } from '../audit/call-event.ts'
import { addressOf, sourceOf } from '../http/source.ts'
import { rejectCrossSite } from '../management-api/reject-cross-site.ts'
import { createPackagesLog } from './packages.ts'

/**
 * Must be registered after every plugin that decorates the instance, because only earlier decorations are hidden from
 * a package.
 */
export default fp(
  async function packageRoutes(app) {
    await mountPackages(app, {
      loaded: app.policyPackages.loaded,
      policy: app.policy,
      now: app.clock.now,
      log: createPackagesLog(app.log),
      async authenticate(request, reply) {
        rejectCrossSite(request)
        await app.authenticateTokenOrCookie(request, reply)
      },
      admit: (request) => app.limitUnauthenticated(request),
      callerOf: (request) => ({ principal: request.principal, address: addressOf(request) }),
      async record(request, detail) {
        await app.audit.record({
          kind: 'package.recorded',
          request: request.id,
          source: sourceOf(request),
          ...(request.principal && { principal: actorOf(request.principal, null) }),
          detail: { ...detail },
        })
      },
    })
  },
  {
    encapsulate: true,
    name: 'package-routes',
    dependencies: ['audit-log', 'clock', 'identities', 'policy', 'policy-packages', 'unauthenticated-limit'],
  },
)
