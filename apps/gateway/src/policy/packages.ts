import { fileURLToPath } from 'node:url'
import {
  createPolicyPackages,
  loadPolicyPackages,
  mountPackages,
  type PackagesLog,
  type PolicyPackages,
} from '@rack-gateway/rbac-policy/packages/host'
import type { FastifyBaseLogger } from 'fastify'
import fp from 'fastify-plugin'
import { actorOf, addressOf, sourceOf } from '../audit/call-event.ts'
import { rejectCrossSite } from '../management-api/reject-cross-site.ts'

declare module 'fastify' {
  interface FastifyInstance {
    policyPackages: PolicyPackages
  }
}

export interface PolicyPackagesOptions {
  /** Paths and names of npm packages, in the order in which they are asked. */
  readonly entries: readonly string[]
}

/** Loads the operator's policy packages, and mounts their routes. @throws UnusablePolicyPackage */
export default fp<PolicyPackagesOptions>(
  async function policyPackages(app, { entries }) {
    const { now } = app.clock
    const loaded = await loadPolicyPackages(entries, {
      directory: process.cwd(),
      beside: fileURLToPath(import.meta.url),
    })
    const log = packagesLog(app.log)
    app.decorate('policyPackages', createPolicyPackages({ loaded, now, log }))
    await mountPackages(app, {
      loaded,
      policy: app.policy,
      now,
      log,
      async authenticate(request, reply) {
        rejectCrossSite(request)
        await app.authenticateOwn(request, reply)
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
  { name: 'policy-packages', dependencies: ['clock', 'audit-log', 'identities', 'policy', 'unauthenticated-limit'] },
)

function packagesLog(log: FastifyBaseLogger): PackagesLog {
  return {
    slow(name, busyMs) {
      log.warn(
        { event: 'package.slow', package: name, ms: Math.round(busyMs * 10) / 10 },
        'a policy package keeps all calls waiting: it should look at what is in memory, or answer later',
      )
    },
    failed(name, why, error) {
      log.error(
        { event: 'package.failed', package: name, why, ...(error instanceof Error && { err: plainly(error) }) },
        'a policy package failed',
      )
    },
    said(name, level, message) {
      log[level]({ event: 'package.said', package: name }, String(message).slice(0, longestMessage))
    },
  }
}

const longestMessage = 1_000

/** The error without its other properties, which can hold a request with its headers or a connection with its password. */
function plainly({ name, message, stack }: Error) {
  return { type: name, message: message.slice(0, longestMessage), stack: stack?.slice(0, 4 * longestMessage) }
}
