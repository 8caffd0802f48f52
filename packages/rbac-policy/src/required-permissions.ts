import type { Permission, RackCall } from './types.ts'

/** The service whose processes are there to run commands in. */
export const commandService = 'command'

/** Where sources are uploaded to, and where a build that was made elsewhere leaves its log. Else there are the rack's own objects, such as builds: to write there is to replace one. */
const uploads = /^(?:tmp\/|build\/[A-Z0-9]+\/logs$)/

/**
 * What a call needs, all of it. It begins with the route's permission and asks for more where the call says more.
 * Empty only for the stop of an own run, which everyone may end who can still reach the app.
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
      return call.process?.service === commandService ? [permission] : ['process:exec-any']
    case 'process:file-read':
    case 'process:file-write':
      return call.process?.service === commandService ? [permission] : [permission, 'process:exec-any']
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

/** A lock alone is its own permission; beside anything else, or with any query, it is one more. */
function appUpdate(call: RackCall): readonly Permission[] {
  const names = [...call.parameters.form, ...call.parameters.query]
  if (!names.includes('lock')) return ['app:update']
  return names.every((name) => name === 'lock') ? ['app:lock'] : ['app:update', 'app:lock']
}
