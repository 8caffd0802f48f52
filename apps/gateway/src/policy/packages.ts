import { fileURLToPath } from 'node:url'
import {
  createPolicyPackages,
  loadPolicyPackages,
  type PackagesLog,
  type PolicyPackages,
} from '@rack-gateway/rbac-policy/packages/host'
import type { FastifyBaseLogger } from 'fastify'
import fp from 'fastify-plugin'

declare module 'fastify' {
  interface FastifyInstance {
    policyPackages: PolicyPackages
  }
}

export interface PolicyPackagesOptions {
  /** Paths and names of npm packages, in the order in which the packages decide. */
  readonly entries: readonly string[]
}

/** @throws UnusablePolicyPackage */
export default fp<PolicyPackagesOptions>(
  async function policyPackages(app, { entries }) {
    const loaded = await loadPolicyPackages(entries, {
      directory: process.cwd(),
      gatewayFile: fileURLToPath(import.meta.url),
    })
    app.decorate(
      'policyPackages',
      createPolicyPackages({ loaded, policy: app.policy, now: app.clock.now, log: createPackagesLog(app.log) }),
    )
  },
  { name: 'policy-packages', dependencies: ['clock', 'policy'] },
)

export function createPackagesLog(log: FastifyBaseLogger): PackagesLog {
  return {
    slow(name, busyMs) {
      log.warn(
        { event: 'package.slow', package: name, ms: Math.round(busyMs * 10) / 10 },
        'a policy package blocked all calls while it decided: it must not compute for long without an await',
      )
    },
    failed(name, why, error) {
      log.error(
        { event: 'package.failed', package: name, why, ...(error instanceof Error && { err: plainError(error) }) },
        'a policy package failed',
      )
    },
    message(name, level, text) {
      log[level]({ event: 'package.said', package: name }, String(text).slice(0, longestMessage))
    },
  }
}

const longestMessage = 1_000

/** Other properties of an error can contain a request with its headers, or a connection with its password. */
function plainError({ name, message, stack }: Error) {
  return { type: name, message: message.slice(0, longestMessage), stack: stack?.slice(0, 4 * longestMessage) }
}
