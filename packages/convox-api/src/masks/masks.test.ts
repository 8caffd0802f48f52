import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { UnmaskableResponse } from '../errors/errors.ts'
import { rackRoutes, routesById } from '../routes/routes.ts'
import type { MaskPolicy } from '../routes/types.ts'
import { envReader, fullAccess, noAccess, testMac } from '../testing/views.ts'
import { renderJson } from './json.ts'
import { maskFunctions } from './mask-functions.ts'
import type { MaskView } from './mask-view.ts'
import { maskResponse, redactText } from './masks.ts'

const responses: Record<string, string> = JSON.parse(
  readFileSync(new URL('../../test/responses.json', import.meta.url), 'utf8'),
)
const recorded = Object.entries(responses).map(([id, body]) => ({ id, body, policy: policyOf(id) }))
const recordedSecrets = [
  'respass',
  's3cr3t-myapp',
  'hubsecret',
  'regsecret',
  'u:p@',
  'a b',
  'production',
  'PLAIN=value',
]

function policyOf(id: string): MaskPolicy {
  const route = routesById.get(id)
  if (!route) throw new Error(`no route ${id}`)
  return route.mask
}

function show(policy: MaskPolicy, value: unknown, view: MaskView) {
  return JSON.parse(maskResponse(policy, JSON.stringify(value), view))
}

function hiddenAs(release: string, key: string, app = 'myapp') {
  return `[hidden:${release}:${testMac({ app, release, key })}]`
}

describe('responses of a real rack', () => {
  for (const { id, body, policy } of recorded) {
    test(`${id}: formatted as by the rack, and unchanged with full access`, () => {
      expect(renderJson(JSON.parse(body))).toBe(body)
      expect(maskResponse(policy, body, fullAccess)).toBe(body)
    })

    test(`${id}: contains no secret without access`, () => {
      const shown = maskResponse(policy, body, noAccess)
      for (const secret of recordedSecrets) expect(shown).not.toContain(secret)
      expect(Object.keys([JSON.parse(shown)].flat()[0] ?? {})).toEqual(Object.keys([JSON.parse(body)].flat()[0] ?? {}))
    })
  }

  test('a response without secrets keeps its bytes', () => {
    for (const policy of ['apps', 'processes', 'certificates'] as const) {
      const body = '[ {"name":"a","app":"a","n":1e-07,"big":12345678901234567890,"2":0,"1":0}]\n\n'
      expect(maskResponse(policy, body, noAccess)).toBe(body)
    }
  })
})

describe('a release', () => {
  const env = 'DATABASE_URL=postgres://u:p@db/app\nPLAIN=value\nSECRET_KEY_BASE=s3cr3t\nMIRROR=https://u:p@h/x'
  const release = { id: 'R1', app: 'myapp', env, manifest: '', description: 'x' }

  test('masks every value without env:read, with its origin', () => {
    expect(show('release', release, noAccess).env).toBe(
      ['DATABASE_URL', 'PLAIN', 'SECRET_KEY_BASE', 'MIRROR'].map((key) => `${key}=${hiddenAs('R1', key)}`).join('\n'),
    )
  })

  test('masks secret values with env:read, by key and by value', () => {
    const lines: string[] = show('release', release, envReader).env.split('\n')
    expect(lines[0]).toBe(`DATABASE_URL=${hiddenAs('R1', 'DATABASE_URL')}`)
    expect(lines[1]).toBe('PLAIN=value')
    expect(lines[2]).toBe(`SECRET_KEY_BASE=${hiddenAs('R1', 'SECRET_KEY_BASE')}`)
    expect(lines[3]).toBe(`MIRROR=${hiddenAs('R1', 'MIRROR')}`)
  })

  test('masks each release of a list by its own id', () => {
    const [first, second] = show('releases', [release, { ...release, id: 'R2' }], noAccess)
    expect(first.env).toContain(hiddenAs('R1', 'PLAIN'))
    expect(second.env).toContain(hiddenAs('R2', 'PLAIN'))
  })

  test('the mask of one value does not depend on the value', () => {
    const other = { ...release, env: env.replace('value', 'another') }
    expect(show('release', other, noAccess)).toEqual(show('release', release, noAccess))
  })

  test('is masked for any case of the field', () => {
    expect(
      JSON.stringify(show('release', { id: 'R1', app: 'a', Env: 'A=topsecret', ENV: 'A=topsecret' }, noAccess)),
    ).not.toContain('topsecret')
  })

  test.each([
    ['no app', { id: 'R1', env: 'A=1' }],
    ['no id', { app: 'a', env: 'A=1' }],
    ['an environment that is a list', { id: 'R1', app: 'a', env: ['A=1'] }],
    ['an environment that is an object', { id: 'R1', app: 'a', env: { A: '1' } }],
    ['a manifest that is an object', { id: 'R1', app: 'a', env: '', manifest: {} }],
  ])('with %s is rejected', (_, value) => {
    expect(() => show('release', value, noAccess)).toThrow(UnmaskableResponse)
  })

  test('without an environment needs no origin', () => {
    expect(show('releases', [{ env: '' }, { env: null }, {}], noAccess)).toEqual([{ env: '' }, { env: null }, {}])
  })
})

describe('the rack and its apps', () => {
  test('only secret parameters are redacted', () => {
    const value = {
      version: '3.24.9',
      parameters: { docker_hub_password: 'x', proxy: 'http://u:p@h:1/', node_type: 't3', empty_token: '' },
    }
    expect(show('system', value, noAccess)).toEqual({
      version: '3.24.9',
      parameters: {
        docker_hub_password: '[hidden]',
        proxy: 'http://u:[hidden]@h:1/',
        node_type: 't3',
        empty_token: '',
      },
    })
  })

  test('the version never changes, because the CLI chooses routes by it', () => {
    const odd = 'https://u:p@3.24.9'
    expect(show('system', { version: odd, name: odd }, noAccess)).toEqual({
      version: odd,
      name: 'https://u:[hidden]@3.24.9',
    })
  })

  test('a list of apps contains only visible apps', () => {
    const view = { ...noAccess, isAppVisible: (app: string) => app === 'mine' }
    const value = [{ name: 'mine', parameters: { ApiToken: 'x' } }, { name: 'other' }]
    expect(show('apps', value, view)).toEqual([{ name: 'mine', parameters: { ApiToken: '[hidden]' } }])
    expect(maskResponse('apps', '[{"name":"other"}]', view)).toBe('[]\n')
  })

  test('the rack’s processes contain only those of visible apps, also with full access', () => {
    const view = { ...fullAccess, isAppVisible: (app: string) => app === 'mine' }
    expect(show('system-processes', [{ app: 'system' }, { app: 'mine' }], view)).toEqual([{ app: 'mine' }])
  })

  test('certificates of the rack are visible, those of other apps are not', () => {
    const view = { ...noAccess, isAppVisible: (app: string) => app === 'mine' }
    const value = [{ id: 'c1' }, { id: 'c2', app: 'other' }, { id: 'c3', app: 'mine' }, { id: 'c4', app: '' }]
    expect(show('certificates', value, view).map(({ id }: { id: string }) => id)).toEqual(['c1', 'c3', 'c4'])
  })

  test.each([
    ['apps', [{ title: 'x' }]],
    ['apps', [{ name: 7 }]],
    ['apps', { name: 'a' }],
    ['system-processes', [{ app: null }]],
    ['certificates', [{ app: {} }]],
    ['system', { parameters: ['docker_hub_password=x'] }],
    ['system', { parameters: { docker_hub_password: { value: 'x' } } }],
    ['app', { parameters: { token: 12345 } }],
  ] as const)('%s with an unexpected field is rejected: %j', (policy, value) => {
    expect(() => show(policy, value, noAccess)).toThrow(UnmaskableResponse)
  })
})

describe('resources, registries, configs, builds and services', () => {
  test('only the password of a resource’s URL is redacted', () => {
    const value = { name: 'db', url: 'postgres://app:respass@resource-db.rack1-myapp.svc.cluster.local:5432/app' }
    expect(show('resource', value, noAccess).url).toBe(
      'postgres://app:[hidden]@resource-db.rack1-myapp.svc.cluster.local:5432/app',
    )
    expect(show('resource', value, { ...noAccess, resourcePasswords: true })).toEqual(value)
    expect(show('resource', value, { ...noAccess, secrets: true }).url).toContain('[hidden]')
    expect(
      show('resource', { parameters: { Password: 'x' } }, { ...noAccess, secrets: true }).parameters.Password,
    ).toBe('[hidden]')
  })

  test('everything of a registry except its server and user is redacted', () => {
    const value = [{ server: 'r', username: 'u', password: 'p', auth: 'dTpw', token: { a: 1 }, empty: '' }]
    expect(show('registries', value, noAccess)).toEqual([
      { server: 'r', username: 'u', password: '[hidden]', auth: '[hidden]', token: '[hidden]', empty: '' },
    ])
  })

  test('the config of convox env mask is visible with the names of keys, so that the CLI can extend it', () => {
    const list = { name: 'cli-env-mask', value: 'RAILS_ENV,db.name, FOO' }
    const others = [
      { name: 'cli-env-mask', value: 'RAILS_ENV,[hidden]' },
      { name: 'cli-env-mask', value: 'TOKEN=secret' },
      { name: 'cli-env-mask', value: 'a b' },
      { name: 'CLI-ENV-MASK', value: 'FOO' },
      { name: 'other', value: 'FOO' },
    ]
    expect(show('config', list, noAccess)).toEqual(list)
    expect(show('configs', [list, ...others], noAccess)).toEqual([
      list,
      ...others.map(({ name }) => ({ name, value: '[hidden]' })),
    ])
    expect(show('config', list, { ...noAccess, environmentNames: false })).toEqual({ ...list, value: '[hidden]' })
    expect(show('config', { ...list, note: 'x' }, noAccess)).toEqual({ ...list, note: '[hidden]' })
  })

  test('only the name of a config is visible', () => {
    expect(show('configs', [{ name: 'n', value: 'dg==' }], noAccess)).toEqual([{ name: 'n', value: '[hidden]' }])
    expect(show('config', { name: 'n', value: 'dg==' }, { ...noAccess, configValues: true })).toEqual({
      name: 'n',
      value: 'dg==',
    })
  })

  test('credentials in a build’s repository, manifest, and log are redacted', () => {
    const value = {
      repository: 'https://u:p@registry/myapp',
      manifest: 'environment:\n  - TOKEN=abc',
      logs: 'cloning https://x:y@git/z now',
    }
    expect(show('build', value, envReader)).toEqual({
      repository: 'https://u:[hidden]@registry/myapp',
      manifest: 'environment:\n  - TOKEN=[hidden]',
      logs: 'cloning https://x:[hidden]@git/z now',
    })
  })

  test('each release of a list shows its own manifest, masked for its own view', () => {
    const [one, two] = ['environment:\n  - TOKEN=abc', 'environment:\n  - OTHER_TOKEN=abc\n  - PLAIN=x']
    const list = [one, one, two, one].map((manifest) => ({ id: 'R1', app: 'a', env: '', manifest }))
    const manifests = (view: MaskView) =>
      show('releases', list, view).map(({ manifest }: { manifest: string }) => manifest)
    const [first, second] = [one, two].map((text) => text.replaceAll('abc', '[hidden]'))
    expect(manifests(envReader)).toEqual([first, first, second, first])
    expect(manifests(fullAccess)).toEqual([one, one, two, one])
    expect(manifests(noAccess)[2]).toBe('environment:\n  - OTHER_TOKEN=[hidden]\n  - PLAIN=[hidden]')
  })

  test('the environment of a manifest’s service is masked, in a list or a map, at any depth', () => {
    const value = {
      name: 'web',
      Environment: ['PLAIN=1', 'TOKEN=abc', 'BARE'],
      init: { env: { PLAIN: '1', TOKEN: 'abc', URL: 'http://a:b@c', N: 5, none: null } },
    }
    expect(show('manifest-service', value, envReader)).toEqual({
      name: 'web',
      Environment: ['PLAIN=1', 'TOKEN=[hidden]', 'BARE'],
      init: { env: { PLAIN: '1', TOKEN: '[hidden]', URL: '[hidden]', N: '[hidden]', none: null } },
    })
    expect(show('manifest-service', value, noAccess).Environment).toEqual(['PLAIN=[hidden]', 'TOKEN=[hidden]', 'BARE'])
    expect(() => show('manifest-service', { environment: [{ TOKEN: 'abc' }] }, envReader)).toThrow(UnmaskableResponse)
    expect(show('manifest-service', { environment: 'TOKEN=abc' }, envReader)).toEqual({ environment: '[hidden]' })
  })

  test('a process is one object or a list', () => {
    const value = { id: 'p', command: 'curl http://a:b@c/' }
    expect(show('processes', value, noAccess).command).toBe('curl http://a:[hidden]@c/')
    expect(show('processes', [value], noAccess)[0].command).toBe('curl http://a:[hidden]@c/')
  })

  test.each([
    ['API_TOKEN=s3cret rake x', 'API_TOKEN=[hidden] rake x'],
    ["env 'DB_PASSWORD=s3cret words' rake", "env 'DB_PASSWORD=[hidden]' rake"],
    ['deploy --password=s3cret --cluster_id=s3cret now', 'deploy --password=[hidden] --cluster_id=[hidden] now'],
    ["sh -c 'mysql -u root -ps3cret db'", "sh -c 'mysql -u root -p[hidden] db'"],
    ['redis-cli -a s3cret', 'redis-cli -a [hidden]'],
    ['curl https://u:rackpass@h rackpass', 'curl https://u:[hidden]@h [rack token]'],
    ['rake db:migrate', 'rake db:migrate'],
  ])('the command %j of a process, of an app or the rack, is shown as %j', (command, shown) => {
    for (const policy of ['processes', 'system-processes'] as const) {
      const row = { app: 'mine', command, started: 'x' }
      const view = { ...noAccess, rackToken: 'rackpass' }
      expect(show(policy, [row], view)).toEqual([{ ...row, command: shown }])
      expect(show(policy, [row], fullAccess)).toEqual([row])
    }
  })

  test('a command that takes too long to read is redacted as a whole', () => {
    const longest = 'a '.repeat(4 * 1024)
    expect(show('processes', { command: longest }, noAccess)).toEqual({ command: longest })
    expect(show('processes', { command: `${longest}b` }, noAccess)).toEqual({ command: '[hidden]' })
    expect(show('processes', { command: `${longest}b` }, fullAccess)).toEqual({ command: `${longest}b` })
  })

  test.each([7, { a: 1 }, ['x']])('a process with the command %j is rejected', (command) => {
    expect(() => show('processes', { command }, noAccess)).toThrow(UnmaskableResponse)
  })
})

describe('failing closed', () => {
  const policies = Object.keys(maskFunctions) as (keyof typeof maskFunctions)[]

  test.each(policies)('%s rejects every other shape', (policy) => {
    for (const body of ['', 'ok\n', '<html>', '{', '"secret"', '7', 'true', '\ufeff{}', '[[{}]]', '["secret"]']) {
      expect(() => maskResponse(policy, body, noAccess), body).toThrow(UnmaskableResponse)
    }
  })

  test.each(policies)('%s never shows the secret and throws only UnmaskableResponse, for any fields', (policy) => {
    const secret = 'https://user:hunter2@host/'
    const field = fc.constantFrom(
      'id',
      'app',
      'name',
      'env',
      'manifest',
      'url',
      'repository',
      'parameters',
      'password',
      'value',
      'version2',
      '__proto__',
      'environment',
      'logs',
    )
    const value = fc.oneof(
      fc.constantFrom(secret, `KEY=${secret}`, `environment:\n  - KEY=${secret}`, 'x', '', null, 7, true),
      fc.constantFrom([secret], { token: secret }, { deep: { url: secret } }, [{ KEY: secret }]),
    )
    const object = fc.array(fc.tuple(field, value), { maxLength: 8 }).map((pairs) => Object.fromEntries(pairs))
    fc.assert(
      fc.property(fc.oneof(object, fc.array(object, { maxLength: 3 })), (response) => {
        try {
          expect(maskResponse(policy, JSON.stringify(response), noAccess)).not.toContain('hunter2')
        } catch (error) {
          if (!(error instanceof UnmaskableResponse)) throw error
        }
      }),
    )
  })

  test('a release with a secret in its ID is rejected, because its masks would show the ID', () => {
    const body = JSON.stringify({ id: 'https://u:hunter2@host/', app: 'a', env: 'KEY=value' })
    expect(() => maskResponse('release', body, noAccess)).toThrow('the ID of a release')
  })

  test('a duplicate key is rejected', () => {
    const body = '{"id":"R1","app":"a","env":"TOKEN=topsecret","env":""}'
    expect(() => maskResponse('release', body, noAccess)).toThrow('duplicate key')
    expect(() => maskResponse('release', body.replace('"env":"T', '"\\u0065nv":"T'), noAccess)).toThrow('duplicate key')
  })

  test('strings that look like keys are not duplicates', () => {
    const body = '{"description":"\\"env\\":1,{[\\\\", "env":"" ,"id":"env"}'
    expect(maskResponse('release', body, noAccess)).toBe(body)
  })

  test('a deeply nested response is rejected', () => {
    const depth = 100_000
    const body = `{"logs":${'['.repeat(depth)}${']'.repeat(depth)}}`
    expect(() => maskResponse('build', body, noAccess)).toThrow(UnmaskableResponse)
  })

  test('a response cannot change a prototype', () => {
    maskResponse('app', '{"__proto__":{"polluted":1},"parameters":{"__proto__":"x"}}', noAccess)
    expect(Reflect.get({}, 'polluted')).toBeUndefined()
  })
})

describe('everywhere', () => {
  test('a changed response has Go’s escapes', () => {
    const shown = maskResponse('system', '{"a":"<b>&\\u2028","parameters":{"token":"x"}}', noAccess)
    expect(shown).toBe(
      '{\n  "a": "\\u003cb\\u003e\\u0026\\u2028",\n  "parameters": {\n    "token": "[hidden]"\n  }\n}\n',
    )
  })

  test('the rack’s token is replaced in every response, also with full access', () => {
    const view = { ...fullAccess, rackToken: 'rackpass' }
    expect(maskResponse('plain', 'https://convox:rackpass@api', view)).toBe('https://convox:[rack token]@api')
    expect(show('release', { id: 'R', app: 'a', description: 'rackpass' }, view).description).toBe('[rack token]')
    expect(show('release', { id: 'R', app: 'a', env: 'RACK_URL=rackpass' }, view).env).toMatch(/^RACK_URL=\[hidden:R:/)
    expect(redactText('bad password rackpass', view)).toBe('bad password [rack token]')
  })

  test('passwords in URLs in an error’s text are redacted', () => {
    expect(redactText('cannot reach postgres://u:p@h/db: refused', noAccess)).toBe(
      'cannot reach postgres://u:[hidden]@h/db: refused',
    )
    expect(redactText('app not found: nosuch\n', noAccess)).toBe('app not found: nosuch\n')
  })

  test('every mask policy of the routes has a mask function, or is plain, opaque, or stream', () => {
    const known = new Set<string>([...Object.keys(maskFunctions), 'plain', 'opaque', 'stream'])
    for (const { id, mask } of rackRoutes) expect([id, known.has(mask)]).toEqual([id, true])
  })
})
