import type { Permission } from '../model/types.ts'

/** The name of a permission, and its description as it follows "can". */
export interface PermissionEntry {
  readonly name: string
  readonly description: string
}

/** The descriptions of all permissions by name. A role with an unknown permission is invalid. */
export const permissionDescriptions: Readonly<Record<Permission, string>> = {
  'app:list': 'list apps',
  'app:read': 'see an app, its services, metrics, balancers, and manifest',
  'app:create': 'create apps',
  'app:update': 'change parameters and certificates of an app',
  'app:lock': 'lock and unlock an app',
  'app:cancel': 'cancel an update of an app',
  'app:delete': 'delete an app',
  'service:scale': 'scale services, override their scale, and change their scaling triggers',
  'service:restart': 'restart services',
  'process:list': 'list processes',
  'process:read': 'see a process',
  'process:stop': 'stop any process',
  'process:stop-own':
    'stop a process that the caller started; no call requires it, because any role on the app is enough',
  'process:run': 'start a run, as far as command rules allow',
  'process:exec': 'execute in processes of the service "command", as far as command rules allow',
  'process:exec-own': "execute in the process of the caller's own run, as far as command rules allow",
  'process:exec-any': 'execute in processes of any service, as far as command rules allow',
  'process:file-read': 'copy files out of processes',
  'process:file-write': 'copy files into processes and delete them there',
  'log:read': 'read logs of apps, services, processes, and builds',
  'build:list': 'list builds',
  'build:read': 'see a build',
  'build:create': 'create builds, and import builds and images',
  'build:export': 'download a build',
  'object:read': 'list and download objects',
  'object:create': 'upload source',
  'object:delete': 'delete objects',
  'release:list': 'list releases',
  'release:read': 'see a release',
  'release:create': 'create a release with the environment as it is',
  'release:promote': 'promote a release',
  'release:run-any': 'run with a release other than the newest',
  'env:read': 'see values of environment keys that are not secret',
  'env:write': 'change the environment',
  'secret:read': 'see secret values, configs, resource passwords, and dumps',
  'config:list': 'list configs',
  'config:write': 'change configs',
  'resource:list': 'list resources of an app',
  'resource:read': 'see a resource of an app',
  'resource:proxy': 'open a proxy to a resource of an app',
  'resource:console': 'open a console of a resource',
  'resource:export': 'dump the data of a resource',
  'resource:import': 'replace the data of a resource',
  'budget:read': 'see cost and budget',
  'budget:write': 'change the budget',
  'diagnose:read': 'diagnose an app',
  'certificate:list': 'list certificates',
  'certificate:write': 'create, renew, and delete certificates',
  'letsencrypt:read': "see the configuration of Let's Encrypt",
  'letsencrypt:write': "change the configuration of Let's Encrypt",
  'instance:list': 'list instances',
  'instance:shell': 'open a shell on an instance',
  'instance:terminate': 'terminate an instance',
  'instance:keyroll': 'replace the key of the instances',
  'registry:list': 'list registries',
  'registry:write': 'add and remove registries',
  'registry:proxy': 'use the registry of the rack',
  'rack:read': 'see the rack, its capacity, metrics, and releases',
  'rack:process-list': 'list processes of the rack',
  'rack:log-read': 'read logs of the rack',
  'rack:update': 'change the rack',
  'rack:token': 'create tokens of the rack itself',
  'rack:token-rotate': 'rotate the key of the tokens of the rack itself',
  'rack:karpenter-cleanup': 'clean up after Karpenter',
  'rack-resource:list': 'list resources of the rack and their types',
  'rack-resource:read': 'see a resource of the rack',
  'rack-resource:write': 'change resources of the rack',
  'event:send': 'send events in the name of the rack',
  'proxy:open': 'open a proxy to a host that the policy names',
  'cluster:http-proxy': 'send HTTP into the cluster',
  'cluster:api': 'use the API of the cluster',
  'gateway:self:read': "see the caller's own sessions, tokens, and roles",
  'gateway:self:write': "end the caller's own sessions, and create and revoke its own tokens",
  'gateway:policy:read': 'read the policy',
  'gateway:audit:read': 'read and export the audit log',
  'gateway:audit:acknowledge': 'acknowledge alarms of the audit log',
  'gateway:health:read': 'see the health and the configuration of the gateway',
  'gateway:recording:read': 'see recordings of sessions',
  'gateway:recording:end': 'end sessions that are being recorded',
  'gateway:live-call:read': 'see the live calls of other principals',
  'gateway:live-call:end': 'end the live calls of other principals',
  'gateway:user:write': 'manage users',
  'gateway:binding:write': 'manage bindings',
  'gateway:trust:write': 'manage trusts of CI systems',
  'gateway:service-account:write': 'manage service accounts',
  'gateway:session:write': 'see and end the sessions of other users',
  'gateway:token:write': 'see and revoke the tokens of other users',
}

export const permissions: readonly PermissionEntry[] = /* @__PURE__ */ entries()

/** Permissions that another permission includes. A caller that can start a run can also use and end the run. */
export const implied: Readonly<Record<string, readonly string[]>> = {
  'process:run': ['process:exec-own', 'process:stop-own'],
  'process:exec': ['process:exec-own'],
  'process:exec-any': ['process:exec', 'process:exec-own'],
  'process:stop': ['process:stop-own'],
}

function entries(): readonly PermissionEntry[] {
  return Object.entries(permissionDescriptions).map(([name, description]) => ({ name, description }))
}
