import type { Limits } from '@rack-gateway/config'
import type { Principal } from '@rack-gateway/rbac-policy'
import type { FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { addressOf } from '../http/source.ts'
import { createResourceAccount, type ResourceAccount } from './account.ts'
import type { CostAccount } from './cost-account.ts'
import { createMemoryMark } from './memory-mark.ts'
import { networkPayer, type Payer, principalPayer } from './payer.ts'
import { createTurns, type Turns } from './turns.ts'

declare module 'fastify' {
  interface FastifyInstance {
    resourceAccount: ResourceAccount
    costs: CostAccount
    /** Shares the event loop among long computations. */
    turns: Turns
  }
}

/** Bytes outside of V8's heap for everything that `Limits` does not limit, such as buffers of connections. */
const otherExternal = 128 * 1024 * 1024

export interface ResourcesOptions {
  readonly limits: Limits
  readonly costs: CostAccount
}

export default fp<ResourcesOptions>(
  async function resourceAccount(app, { limits, costs }) {
    const memory = createMemoryMark({ maxExternal: limits.maskMemory + limits.bodyMemory + otherExternal })
    app.decorate('resourceAccount', createResourceAccount(limits, memory))
    app.decorate('costs', costs)
    app.decorate('turns', createTurns())
  },
  { name: 'resource-account' },
)

/** Who pays for the request: its principal, or the client network of a caller that is not authenticated. */
export function payerOf(request: FastifyRequest): Payer {
  // `principal` is undefined, despite its type, if Fastify could not route the request.
  const principal: Principal | null | undefined = request.principal
  return principal ? principalPayer(principal) : networkPayer(addressOf(request))
}
