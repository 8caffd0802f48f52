import type { MaskPolicy } from '@rack-gateway/convox-api'

/** What a mask policy redacts in a response, for the page; a policy that is missing here fails the build. */
export const responses: Readonly<Record<MaskPolicy, string>> = {
  plain: '',
  opaque: 'not possible',
  stream: '',
  apps: 'apps; secret parameters',
  app: 'secret parameters',
  releases: 'environment; manifest defaults',
  release: 'environment; manifest defaults',
  builds: 'repository password; manifest defaults',
  build: 'repository password; manifest defaults',
  resources: 'URL password; secret parameters',
  resource: 'URL password; secret parameters',
  system: 'secret parameters and outputs',
  registries: 'all but server and user',
  registry: 'all but server and user',
  configs: 'all but the name',
  config: 'all but the name',
  processes: 'URL passwords; secrets in commands',
  'system-processes': 'apps; URL passwords; secrets in commands',
  certificates: 'apps; URL passwords',
  'manifest-service': 'manifest defaults',
}

const byService = 'also `process:exec-any` if the service is not `command`'

/** Routes on which a call can need another permission, or more: what `decide` adds to the table. */
export const conditions: Readonly<Record<string, string>> = {
  'PUT /apps/{app}': '`app:lock` instead for `lock` alone; also `app:lock` for `lock` with other parameters',
  'POST /apps/{app}/releases': 'also `env:write` if the environment differs from the newest release',
  'POST /apps/{app}/objects/{key:.*}':
    'also `object:delete` if the key is neither below `tmp/` nor the log of a build (`build/<id>/logs`)',
  'POST /apps/{app}/services/{service}/processes':
    'also a command rule; also `release:run-any` for a release that is not the newest',
  'WS /apps/{app}/processes/{pid}/exec':
    'also a command rule; `process:exec-own` instead in a process that the caller started; `process:exec-any` instead if the service is not `command`',
  'DELETE /apps/{app}/processes/{pid}': 'any binding on the app, for a process that the caller started',
  'GET /apps/{app}/processes/{pid}/files': byService,
  'POST /apps/{app}/processes/{pid}/files': byService,
  'DELETE /apps/{app}/processes/{pid}/files': byService,
  'WS /proxy/{host}/{port}':
    '`resource:proxy` on the app instead, for a resource of an app; the policy must name any other host',
}
