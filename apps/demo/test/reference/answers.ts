import type { MaskPolicy } from '@rack-gateway/convox-api'

/** What a mask policy does to an answer, in words for the page; a policy without words fails the build. */
export const answers: Readonly<Record<MaskPolicy, string>> = {
  plain: 'nothing to mask',
  opaque: 'can’t be masked: the permission is the guard',
  stream: 'stream',
  apps: 'cut to the apps that the caller may see; secret parameters',
  app: 'secret parameters',
  releases: 'values of the environment; defaults in the manifest',
  release: 'values of the environment; defaults in the manifest',
  builds: 'password of the repository; defaults in the manifest',
  build: 'password of the repository; defaults in the manifest',
  resources: 'password of the URL; secret parameters',
  resource: 'password of the URL; secret parameters',
  system: 'secret parameters and outputs; never the version',
  registries: 'all but server and user',
  registry: 'all but server and user',
  configs: 'all but the name',
  config: 'all but the name',
  processes: 'passwords in addresses, secrets in the command',
  'system-processes': 'cut to the apps that the caller may see; passwords in addresses, secrets in the command',
  certificates: 'cut to the apps that the caller may see; passwords in addresses',
  'manifest-service': 'defaults of the environment',
}

const byService = '`process:exec-any` as well in another service than `command`'

/** Routes on which a call may need another permission, or more: what `decide` adds to the table. */
export const conditions: Readonly<Record<string, string>> = {
  'PUT /apps/{app}': '`app:lock` instead where `lock` is all that is sent, and as well beside others',
  'POST /apps/{app}/releases': '`env:write` as well where the environment differs from the newest release’s',
  'POST /apps/{app}/objects/{key:.*}':
    '`object:delete` as well where the key is neither below `tmp/` nor the log of a build (`build/<id>/logs`)',
  'POST /apps/{app}/services/{service}/processes':
    'a command rule; `release:run-any` as well for another release than the newest',
  'WS /apps/{app}/processes/{pid}/exec':
    'a command rule; `process:exec-own` instead in an own run, `process:exec-any` instead in another service than `command`',
  'DELETE /apps/{app}/processes/{pid}': 'nothing for an own run',
  'GET /apps/{app}/processes/{pid}/files': byService,
  'POST /apps/{app}/processes/{pid}/files': byService,
  'DELETE /apps/{app}/processes/{pid}/files': byService,
  'WS /proxy/{host}/{port}':
    '`resource:proxy` instead for a resource of an app; any other host must be named by the policy',
}
