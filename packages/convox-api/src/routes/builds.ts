import { logHeaders } from './apps.ts'
import { change, listen, type RouteTable, read } from './route-row.ts'
import {
  anyText,
  booleanValue,
  buildArguments,
  buildStatus,
  commitHash,
  imageName,
  objectId,
  objectUrl,
  plainText,
  rackTime,
  relativePath,
  wholeNumber,
} from './value-grammars.ts'

const withLimit = { query: ['limit'] }

/** The `.tgz` route comes before the route of the build, as in the rack. */
export const buildRoutes: RouteTable = {
  'GET /apps/{app}/builds': () => read('build:list', 'builds', withLimit),
  'POST /apps/{app}/builds': () =>
    change('build:create', 'build', {
      form: {
        url: objectUrl,
        'build-args': buildArguments,
        description: anyText,
        development: booleanValue,
        external: booleanValue,
        manifest: relativePath,
        'no-cache': booleanValue,
        'wildcard-domain': booleanValue,
        'git-sha': commitHash,
      },
      alsoReadFromHeader: ['url'],
    }),
  'GET /apps/{app}/builds/{id}.tgz': () => read('build:export', 'opaque'),
  'GET /apps/{app}/builds/{id}': () => read('build:read', 'build'),
  'PUT /apps/{app}/builds/{id}': () =>
    change('build:create', 'build', {
      form: {
        ended: rackTime,
        entrypoint: plainText,
        logs: objectUrl,
        manifest: plainText,
        release: objectId,
        started: rackTime,
        status: buildStatus,
      },
    }),
  'WS /apps/{app}/builds/{id}/logs': () => listen('log:read', { headers: logHeaders }),
  'POST /apps/{app}/builds/import': () => change('build:create', 'build', { body: 'raw' }),
  'POST /apps/{app}/builds/{id}/image': () =>
    change('build:create', 'plain', {
      form: { image: imageName, 'src-creds-user': plainText, 'src-creds-pass': plainText },
      alsoReadFromHeader: ['image'],
    }),

  'GET /apps/{app}/objects': () => read('object:read', 'plain', { query: ['prefix'], alsoReadFromHeader: ['prefix'] }),
  'HEAD /apps/{app}/objects/{key:.*}': () => read('object:read', 'plain'),
  'GET /apps/{app}/objects/{key:.*}': () => read('object:read', 'opaque'),
  'POST /apps/{app}/objects/{key:.*}': () => change('object:create', 'plain', { body: 'raw', headers: ['Public'] }),
  'DELETE /apps/{app}/objects/{key:.*}': () => change('object:delete', 'plain'),

  'GET /apps/{app}/releases': () => read('release:list', 'releases', withLimit),
  'POST /apps/{app}/releases': () =>
    change('release:create', 'release', {
      form: { build: objectId, description: anyText, env: anyText, 'parent-release': objectId },
    }),
  'GET /apps/{app}/releases/{id}': () => read('release:read', 'release'),
  'POST /apps/{app}/releases/{id}/promote': () =>
    change('release:promote', 'plain', {
      form: {
        development: booleanValue,
        force: booleanValue,
        idle: booleanValue,
        min: wholeNumber,
        max: wholeNumber,
        timeout: wholeNumber,
      },
    }),
}
