import { describe, expect, test } from 'vitest'
import type { ProcessSubject, RackCall } from '../model/types.ts'
import { call } from '../testing/calls.ts'
import { requiredPermissions } from './required-permissions.ts'

function names(form: readonly string[], query: readonly string[] = []): Partial<RackCall> {
  return { parameters: { query, form, headers: [] } }
}
function process(service: string | null, own: boolean): ProcessSubject {
  return { id: 'p1', known: true, service, own }
}

describe('the permissions of a call', () => {
  test.each<[string, Partial<RackCall>, string[]]>([
    ['GET /apps', {}, ['app:list']],
    ['PUT /apps/{app}', names(['lock']), ['app:lock']],
    ['PUT /apps/{app}', names(['parameters']), ['app:update']],
    ['PUT /apps/{app}', names(['lock', 'parameters']), ['app:update', 'app:lock']],
    ['PUT /apps/{app}', names([]), ['app:update']],
    ['PUT /apps/{app}', names(['lock'], ['parameters']), ['app:update', 'app:lock']],
    ['PUT /apps/{app}', names(['parameters'], ['lock']), ['app:update', 'app:lock']],
    ['PUT /apps/{app}', names(['lock', 'lock']), ['app:lock']],
    ['PUT /apps/{app}', names(['Lock']), ['app:update']],
    ['PUT /apps/{app}/ssl/{service}/{port}', names(['id']), ['app:update']],
    ['POST /apps/{app}/releases', {}, ['release:create']],
    ['POST /apps/{app}/releases', { environment: { changed: [] } }, ['release:create']],
    ['POST /apps/{app}/releases', { environment: { changed: ['A'] } }, ['release:create', 'env:write']],
    ['POST /apps/{app}/services/{service}/processes', {}, ['process:run']],
    ['POST /apps/{app}/services/{service}/processes', { release: { id: 'R', newest: true } }, ['process:run']],
    [
      'POST /apps/{app}/services/{service}/processes',
      { release: { id: 'R', newest: false } },
      ['process:run', 'release:run-any'],
    ],
  ])('%s %j: %j', (route, change, needed) => {
    expect(requiredPermissions(call(route, change))).toEqual(needed)
  })

  const exec = 'WS /apps/{app}/processes/{pid}/exec'
  test.each<[ProcessSubject | null, string[]]>([
    [process('command', false), ['process:exec']],
    [process('command', true), ['process:exec-own']],
    [process('web', true), ['process:exec-own']],
    [process('web', false), ['process:exec-any']],
    [process('Command', false), ['process:exec-any']],
    [process(null, false), ['process:exec-any']],
    [null, ['process:exec-any']],
  ])('exec in %j: %j', (subject, needed) => {
    expect(requiredPermissions(call(exec, { process: subject }))).toEqual(needed)
  })

  const files = ['GET', 'POST', 'DELETE'].map((method) => `${method} /apps/{app}/processes/{pid}/files`)
  test.each(files)('%s needs process:exec-any, too, if the process is not of the service command', (route) => {
    const base = route.startsWith('GET') ? 'process:file-read' : 'process:file-write'
    expect(requiredPermissions(call(route))).toEqual([base])
    for (const subject of [process('web', false), process('web', true), process(null, false), null]) {
      expect(requiredPermissions(call(route, { process: subject }))).toEqual([base, 'process:exec-any'])
    }
  })

  test.each([
    ['tmp/38d3.tgz', ['object:create']],
    ['build/BAVFEXNQGOB/logs', ['object:create']],
    ['build/BAVFEXNQGOB/logs/x', ['object:create', 'object:delete']],
    ['build/a/b/logs', ['object:create', 'object:delete']],
    ['build/BAVFEXNQGOB.tgz', ['object:create', 'object:delete']],
    ['builds/B1.tgz', ['object:create', 'object:delete']],
    ['tmp', ['object:create', 'object:delete']],
    ['tmpx/a.tgz', ['object:create', 'object:delete']],
    ['/tmp/a.tgz', ['object:create', 'object:delete']],
    ['TMP/a.tgz', ['object:create', 'object:delete']],
    ['', ['object:create', 'object:delete']],
  ])('an upload to %j needs %j', (key, needed) => {
    expect(requiredPermissions(call('POST /apps/{app}/objects/{key:.*}', { params: { app: 'web', key } }))).toEqual(
      needed,
    )
  })

  test('a stop needs a permission, except for a run that the caller started', () => {
    const stop = 'DELETE /apps/{app}/processes/{pid}'
    expect(requiredPermissions(call(stop))).toEqual(['process:stop'])
    expect(requiredPermissions(call(stop, { process: null }))).toEqual(['process:stop'])
    expect(requiredPermissions(call(stop, { process: process(null, true) }))).toEqual([])
  })
})
