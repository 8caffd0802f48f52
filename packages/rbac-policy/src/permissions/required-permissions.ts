import type { Permission, RackCall } from '../model/types.ts'

/**
 * The name of the service that an app has for commands. `process:exec` allows an exec in its processes. An exec in
 * another process needs `process:exec-any`.
 */
export const commandServiceName = 'command'

/**
 * Object keys for uploaded sources and for logs of external builds. A write to any other key can replace an object of
 * the rack, such as a build.
 */
const uploads = /^(?:tmp\/|build\/[A-Z0-9]+\/logs$)/

/**
 * All permissions that a call requires: usually the permission of the route, and more for certain parameters. Empty
 * only for stopping one's own run, which any role on the app allows.
 */
export function requiredPermissions(call: RackCall): readonly Permission[] {
  const { permission } = call.route
  switch (permission) {
    case 'app:update':
      return appUpdate(call)
    case 'release:create':
      return call.environment && call.environment.changed.length > 0 ? [permission, 'env:write'] : [permission]
    case 'process:run':
      return call.release === null || call.release.newest ? [permission] : [permission, 'release:run-any']
    case 'process:exec':
      if (call.process?.own) return ['process:exec-own']
      return call.process?.service === commandServiceName ? [permission] : ['process:exec-any']
    case 'process:file-read':
    case 'process:file-write':
      return call.process?.service === commandServiceName ? [permission] : [permission, 'process:exec-any']
    case 'process:stop':
      return call.process?.own ? [] : [permission]
    case 'object:create':
      return uploads.test(call.params.key ?? '') ? [permission] : [permission, 'object:delete']
    case 'proxy:open':
      return call.resource === null ? [permission] : ['resource:proxy']
    default:
      return [permission]
  }
}

function appUpdate(call: RackCall): readonly Permission[] {
  const names = [...call.parameters.form, ...call.parameters.query]
  if (!names.includes('lock')) return ['app:update']
  return names.every((name) => name === 'lock') ? ['app:lock'] : ['app:update', 'app:lock']
}
