import fp from 'fastify-plugin'
import type { PolicyOptions } from './decision/proxy.ts'
import { builtInPolicy } from './document/document.ts'
import { type PolicyFile, type PolicyFileChange, readPolicyFile, watchPolicyFile } from './policy/policy-file.ts'
import { createReplaceablePolicy, type ReplaceablePolicy } from './policy/replaceable-policy.ts'
import type { PolicyDocument } from './policy-document/policy-document.ts'

export { unblockedRoutes } from './document/document.ts'
export { type PolicyFile, type PolicyFileChange, readPolicyFile } from './policy/policy-file.ts'
export { policyMatrix } from './policy/policy-matrix.ts'
export type { CurrentPolicy, ReplaceablePolicy } from './policy/replaceable-policy.ts'
export { cachedByDocument } from './policy-document/cached-by-document.ts'

declare module 'fastify' {
  interface FastifyInstance {
    policy: ReplaceablePolicy
    /** Null if the policy does not come from a file. */
    policyFile: PolicyFile | null
  }
}

export interface RbacPolicyOptions extends PolicyOptions {
  /** Default: the built-in policy. Not together with `file`. */
  readonly document?: PolicyDocument
  /** The path of a policy document, which is checked for changes every `fileEvery`. */
  readonly file?: string | null
  readonly onChange?: (change: PolicyFileChange) => Promise<void>
  /** Milliseconds between two checks of the file. Default: 1,000. */
  readonly fileEvery?: number
}

/** With an invalid document, the gateway does not start. A later change to an invalid document has no effect. */
export default fp<RbacPolicyOptions>(
  async function rbacPolicy(app, { document, file = null, onChange = async () => undefined, fileEvery, ...options }) {
    const first = file === null ? (document ?? builtInPolicy()) : await readPolicyFile(file)
    const policy = createReplaceablePolicy(first, options)
    app.decorate('policy', policy)
    if (file === null) {
      app.decorate('policyFile', null)
      return
    }
    const watched = watchPolicyFile({
      path: file,
      policy,
      onChange,
      onError: (err) => app.log.error({ event: 'policy.reload_failed', err }),
      ...(fileEvery !== undefined && { every: fileEvery }),
    })
    app.decorate('policyFile', watched)
    app.addHook('onClose', async () => watched.stop())
  },
  { name: '@rack-gateway/rbac-policy', fastify: '5.x', dependencies: [] },
)
