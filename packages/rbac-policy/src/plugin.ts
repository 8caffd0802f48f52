import fp from 'fastify-plugin'
import type { PolicyDocument } from './document.ts'
import { compilePolicy } from './policy.ts'
import type { PolicyOptions } from './refusals.ts'
import type { Policy } from './types.ts'

declare module 'fastify' {
  interface FastifyInstance {
    policy: Policy
  }
}

export interface RbacPolicyOptions extends PolicyOptions {
  /** The built-in policy when absent. */
  readonly document?: PolicyDocument
}

/** Decorates the instance with `policy`. A document that isn't valid stops the start. */
export default fp<RbacPolicyOptions>(
  async function rbacPolicy(app, { document, closedAddresses }) {
    app.decorate('policy', compilePolicy(document, closedAddresses === undefined ? {} : { closedAddresses }))
  },
  { name: '@rack-gateway/rbac-policy', fastify: '5.x', dependencies: [] },
)
