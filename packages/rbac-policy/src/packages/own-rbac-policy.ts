import { register } from 'node:module'

let provided = false

/**
 * Policy packages can import `@rack-gateway/rbac-policy/…` from any directory. If the module is not installed there,
 * they get the gateway's own copy. So a file that is mounted into a container needs no node_modules.
 */
export function provideOwnRbacPolicy(): void {
  if (provided) return
  provided = true
  register(`data:text/javascript,${encodeURIComponent(resolveHook(import.meta.url))}`)
}

/** @see https://nodejs.org/api/module.html#resolvespecifier-context-nextresolve */
function resolveHook(gatewayModule: string): string {
  return `export async function resolve(specifier, context, next) {
    if (!specifier.startsWith('@rack-gateway/rbac-policy/')) return next(specifier, context)
    try {
      return await next(specifier, context)
    } catch {
      return next(specifier, { ...context, parentURL: ${JSON.stringify(gatewayModule)} })
    }
  }`
}
