import type { RackRoute } from '../types.ts'
import { logHeaders } from './apps.ts'
import { change, listen, read } from './table.ts'

const limited = { query: ['limit'] }

/** Source objects, builds and the releases that come of them. The `.tgz` route stands before the build itself, as in the rack. */
export const buildRoutes: readonly RackRoute[] = [
  read('GET', '/apps/{app}/builds', 'build:list', 'builds', limited),
  change('POST', '/apps/{app}/builds', 'build:create', 'build', {
    form: [
      'url',
      'build-args',
      'description',
      'development',
      'external',
      'manifest',
      'no-cache',
      'wildcard-domain',
      'git-sha',
    ],
    orHeader: ['url'],
  }),
  read('GET', '/apps/{app}/builds/{id}.tgz', 'build:export', 'opaque'),
  read('GET', '/apps/{app}/builds/{id}', 'build:read', 'build'),
  change('PUT', '/apps/{app}/builds/{id}', 'build:create', 'build', {
    form: ['ended', 'entrypoint', 'logs', 'manifest', 'release', 'started', 'status'],
  }),
  listen('/apps/{app}/builds/{id}/logs', 'log:read', { headers: logHeaders }),
  change('POST', '/apps/{app}/builds/import', 'build:create', 'build', { body: 'raw' }),
  change('POST', '/apps/{app}/builds/{id}/image', 'build:create', 'plain', {
    form: ['image', 'src-creds-user', 'src-creds-pass'],
    orHeader: ['image'],
  }),

  read('GET', '/apps/{app}/objects', 'object:read', 'plain', { query: ['prefix'], orHeader: ['prefix'] }),
  read('HEAD', '/apps/{app}/objects/{key:.*}', 'object:read', 'plain'),
  read('GET', '/apps/{app}/objects/{key:.*}', 'object:read', 'opaque'),
  change('POST', '/apps/{app}/objects/{key:.*}', 'object:create', 'plain', { body: 'raw', headers: ['Public'] }),
  change('DELETE', '/apps/{app}/objects/{key:.*}', 'object:delete', 'plain'),

  read('GET', '/apps/{app}/releases', 'release:list', 'releases', limited),
  change('POST', '/apps/{app}/releases', 'release:create', 'release', {
    form: ['build', 'description', 'env', 'parent-release'],
  }),
  read('GET', '/apps/{app}/releases/{id}', 'release:read', 'release'),
  change('POST', '/apps/{app}/releases/{id}/promote', 'release:promote', 'plain', {
    form: ['development', 'force', 'idle', 'min', 'max', 'timeout'],
  }),
]
