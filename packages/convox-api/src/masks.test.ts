import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { UnmaskableAnswer } from './errors.ts'
import { renderJson } from './masks/json.ts'
import { shapes } from './masks/shapes.ts'
import type { MaskView } from './masks/view.ts'
import { maskAnswer, maskText } from './masks.ts'
import { rackRoutes, routesById } from './routes.ts'
import { keeper, reader, stranger, testMac } from './testing/views.ts'
import type { MaskPolicy } from './types.ts'

const answers: Record<string, string> = JSON.parse(
  readFileSync(new URL('../test/answers.json', import.meta.url), 'utf8'),
)
const recorded = Object.entries(answers).map(([id, body]) => ({ id, body, policy: policyOf(id) }))
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
  return JSON.parse(maskAnswer(policy, JSON.stringify(value), view))
}

function hiddenAs(release: string, key: string, app = 'myapp') {
  return `[hidden:${release}:${testMac({ app, release, key })}]`
}

describe('answers that a real rack gave', () => {
  for (const { id, body, policy } of recorded) {
    test(`${id}: written as the rack writes, and untouched for whom nothing is hidden`, () => {
      expect(renderJson(JSON.parse(body))).toBe(body)
      expect(maskAnswer(policy, body, keeper)).toBe(body)
    })

    test(`${id}: nothing secret is left for a stranger`, () => {
      const shown = maskAnswer(policy, body, stranger)
      for (const secret of recordedSecrets) expect(shown).not.toContain(secret)
      expect(Object.keys([JSON.parse(shown)].flat()[0] ?? {})).toEqual(Object.keys([JSON.parse(body)].flat()[0] ?? {}))
    })
  }

  test('what holds no secret is the same bytes, not the same JSON', () => {
    for (const policy of ['apps', 'processes', 'certificates'] as const) {
      const body = '[ {"name":"a","app":"a","n":1e-07,"big":12345678901234567890,"2":0,"1":0}]\n\n'
      expect(maskAnswer(policy, body, stranger)).toBe(body)
    }
  })
})

describe('a release', () => {
  const env = 'DATABASE_URL=postgres://u:p@db/app\nPLAIN=value\nSECRET_KEY_BASE=s3cr3t\nMIRROR=https://u:p@h/x'
  const release = { id: 'R1', app: 'myapp', env, manifest: '', description: 'x' }

  test('hides every value without env:read, by a mask that names its origin', () => {
    expect(show('release', release, stranger).env).toBe(
      ['DATABASE_URL', 'PLAIN', 'SECRET_KEY_BASE', 'MIRROR'].map((key) => `${key}=${hiddenAs('R1', key)}`).join('\n'),
    )
  })

  test('hides secret values with env:read, by key and by what the value is', () => {
    const lines: string[] = show('release', release, reader).env.split('\n')
    expect(lines[0]).toBe(`DATABASE_URL=${hiddenAs('R1', 'DATABASE_URL')}`)
    expect(lines[1]).toBe('PLAIN=value')
    expect(lines[2]).toBe(`SECRET_KEY_BASE=${hiddenAs('R1', 'SECRET_KEY_BASE')}`)
    expect(lines[3]).toBe(`MIRROR=${hiddenAs('R1', 'MIRROR')}`)
  })

  test('masks each release of a list by its own id', () => {
    const [first, second] = show('releases', [release, { ...release, id: 'R2' }], stranger)
    expect(first.env).toContain(hiddenAs('R1', 'PLAIN'))
    expect(second.env).toContain(hiddenAs('R2', 'PLAIN'))
  })

  test('the mask of one value does not depend on the value', () => {
    const other = { ...release, env: env.replace('value', 'another') }
    expect(show('release', other, stranger)).toEqual(show('release', release, stranger))
  })

  test('is hidden whatever the letter case of the field', () => {
    expect(
      JSON.stringify(show('release', { id: 'R1', app: 'a', Env: 'A=topsecret', ENV: 'A=topsecret' }, stranger)),
    ).not.toContain('topsecret')
  })

  test.each([
    ['no app', { id: 'R1', env: 'A=1' }],
    ['no id', { app: 'a', env: 'A=1' }],
    ['an environment that is a list', { id: 'R1', app: 'a', env: ['A=1'] }],
    ['an environment that is an object', { id: 'R1', app: 'a', env: { A: '1' } }],
    ['a manifest that is an object', { id: 'R1', app: 'a', env: '', manifest: {} }],
  ])('with %s is not shown', (_, value) => {
    expect(() => show('release', value, stranger)).toThrow(UnmaskableAnswer)
  })

  test('without an environment needs no origin', () => {
    expect(show('releases', [{ env: '' }, { env: null }, {}], stranger)).toEqual([{ env: '' }, { env: null }, {}])
  })
})

describe('the rack and its apps', () => {
  test('secret parameters are hidden, others and the version are not', () => {
    const value = {
      version: '3.24.9',
      parameters: { docker_hub_password: 'x', proxy: 'http://u:p@h:1/', node_type: 't3', empty_token: '' },
    }
    expect(show('system', value, stranger)).toEqual({
      version: '3.24.9',
      parameters: {
        docker_hub_password: '[hidden]',
        proxy: 'http://u:[hidden]@h:1/',
        node_type: 't3',
        empty_token: '',
      },
    })
  })

  test('the version is never touched: the CLI would take other routes', () => {
    const odd = 'https://u:p@3.24.9'
    expect(show('system', { version: odd, name: odd }, stranger)).toEqual({
      version: odd,
      name: 'https://u:[hidden]@3.24.9',
    })
  })

  test('a list of apps is cut to those that are seen', () => {
    const view = { ...stranger, seesApp: (app: string) => app === 'mine' }
    const value = [{ name: 'mine', parameters: { ApiToken: 'x' } }, { name: 'other' }]
    expect(show('apps', value, view)).toEqual([{ name: 'mine', parameters: { ApiToken: '[hidden]' } }])
    expect(maskAnswer('apps', '[{"name":"other"}]', view)).toBe('[]\n')
  })

  test('the rack’s processes are cut by their app, also for someone who may see secrets', () => {
    const view = { ...keeper, seesApp: (app: string) => app === 'mine' }
    expect(show('system-processes', [{ app: 'system' }, { app: 'mine' }], view)).toEqual([{ app: 'mine' }])
  })

  test('certificates of other apps are cut, those of the rack are not', () => {
    const view = { ...stranger, seesApp: (app: string) => app === 'mine' }
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
  ] as const)('%s that can not be read for what to cut is not shown: %j', (policy, value) => {
    expect(() => show(policy, value, stranger)).toThrow(UnmaskableAnswer)
  })
})

describe('resources, registries, configs, builds and services', () => {
  test('of a resource’s address only the password is hidden', () => {
    const value = { name: 'db', url: 'postgres://app:respass@resource-db.rack1-myapp.svc.cluster.local:5432/app' }
    expect(show('resource', value, stranger).url).toBe(
      'postgres://app:[hidden]@resource-db.rack1-myapp.svc.cluster.local:5432/app',
    )
    expect(show('resource', value, { ...stranger, resourcePasswords: true })).toEqual(value)
    expect(show('resource', value, { ...stranger, secrets: true }).url).toContain('[hidden]')
    expect(
      show('resource', { parameters: { Password: 'x' } }, { ...stranger, secrets: true }).parameters.Password,
    ).toBe('[hidden]')
  })

  test('of a registry all but its name and user is hidden', () => {
    const value = [{ server: 'r', username: 'u', password: 'p', auth: 'dTpw', token: { a: 1 }, empty: '' }]
    expect(show('registries', value, stranger)).toEqual([
      { server: 'r', username: 'u', password: '[hidden]', auth: '[hidden]', token: '[hidden]', empty: '' },
    ])
  })

  test('the list of keys that convox masks is shown to whoever sees the names of keys, so that it can be extended', () => {
    const list = { name: 'cli-env-mask', value: 'RAILS_ENV,db.name, FOO' }
    const others = [
      { name: 'cli-env-mask', value: 'RAILS_ENV,[hidden]' },
      { name: 'cli-env-mask', value: 'TOKEN=secret' },
      { name: 'cli-env-mask', value: 'a b' },
      { name: 'CLI-ENV-MASK', value: 'FOO' },
      { name: 'other', value: 'FOO' },
    ]
    expect(show('config', list, stranger)).toEqual(list)
    expect(show('configs', [list, ...others], stranger)).toEqual([
      list,
      ...others.map(({ name }) => ({ name, value: '[hidden]' })),
    ])
    expect(show('config', list, { ...stranger, environmentNames: false })).toEqual({ ...list, value: '[hidden]' })
    expect(show('config', { ...list, note: 'x' }, stranger)).toEqual({ ...list, note: '[hidden]' })
  })

  test('of a config only the name is shown', () => {
    expect(show('configs', [{ name: 'n', value: 'dg==' }], stranger)).toEqual([{ name: 'n', value: '[hidden]' }])
    expect(show('config', { name: 'n', value: 'dg==' }, { ...stranger, configValues: true })).toEqual({
      name: 'n',
      value: 'dg==',
    })
  })

  test('a build hides the credentials of its repository, its manifest’s secrets and addresses in its log', () => {
    const value = {
      repository: 'https://u:p@registry/myapp',
      manifest: 'environment:\n  - TOKEN=abc',
      logs: 'cloning https://x:y@git/z now',
    }
    expect(show('build', value, reader)).toEqual({
      repository: 'https://u:[hidden]@registry/myapp',
      manifest: 'environment:\n  - TOKEN=[hidden]',
      logs: 'cloning https://x:[hidden]@git/z now',
    })
  })

  test('a service of a manifest hides its environment, in a list or a map, at any depth', () => {
    const value = {
      name: 'web',
      Environment: ['PLAIN=1', 'TOKEN=abc', 'BARE'],
      init: { env: { PLAIN: '1', TOKEN: 'abc', URL: 'http://a:b@c', N: 5, none: null } },
    }
    expect(show('manifest-service', value, reader)).toEqual({
      name: 'web',
      Environment: ['PLAIN=1', 'TOKEN=[hidden]', 'BARE'],
      init: { env: { PLAIN: '1', TOKEN: '[hidden]', URL: '[hidden]', N: '[hidden]', none: null } },
    })
    expect(show('manifest-service', value, stranger).Environment).toEqual(['PLAIN=[hidden]', 'TOKEN=[hidden]', 'BARE'])
    expect(() => show('manifest-service', { environment: [{ TOKEN: 'abc' }] }, reader)).toThrow(UnmaskableAnswer)
    expect(show('manifest-service', { environment: 'TOKEN=abc' }, reader)).toEqual({ environment: '[hidden]' })
  })

  test('a process is one object or a list', () => {
    const value = { id: 'p', command: 'curl http://a:b@c/' }
    expect(show('processes', value, stranger).command).toBe('curl http://a:[hidden]@c/')
    expect(show('processes', [value], stranger)[0].command).toBe('curl http://a:[hidden]@c/')
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
      const view = { ...stranger, rackToken: 'rackpass' }
      expect(show(policy, [row], view)).toEqual([{ ...row, command: shown }])
      expect(show(policy, [row], keeper)).toEqual([row])
    }
  })

  test.each([7, { a: 1 }, ['x']])('a process with the command %j is not shown', (command) => {
    expect(() => show('processes', { command }, stranger)).toThrow(UnmaskableAnswer)
  })
})

describe('failing closed', () => {
  const policies = Object.keys(shapes) as (keyof typeof shapes)[]

  test.each(policies)('%s shows nothing that is not its shape', (policy) => {
    for (const body of ['', 'ok\n', '<html>', '{', '"secret"', '7', 'true', '\ufeff{}', '[[{}]]', '["secret"]']) {
      expect(() => maskAnswer(policy, body, stranger), body).toThrow(UnmaskableAnswer)
    }
  })

  test.each(policies)(
    '%s never throws anything else, and never shows the secret, whatever is in its fields',
    (policy) => {
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
        fc.property(fc.oneof(object, fc.array(object, { maxLength: 3 })), (answer) => {
          try {
            expect(maskAnswer(policy, JSON.stringify(answer), stranger)).not.toContain('hunter2')
          } catch (error) {
            if (!(error instanceof UnmaskableAnswer)) throw error
          }
        }),
      )
    },
  )

  test('a doubled key can not carry a secret past', () => {
    const body = '{"id":"R1","app":"a","env":"TOKEN=topsecret","env":""}'
    expect(() => maskAnswer('release', body, stranger)).toThrow('twice')
    expect(() => maskAnswer('release', body.replace('"env":"T', '"\\u0065nv":"T'), stranger)).toThrow('twice')
  })

  test('strings that look like structure do not count as doubled keys', () => {
    const body = '{"description":"\\"env\\":1,{[\\\\", "env":"" ,"id":"env"}'
    expect(maskAnswer('release', body, stranger)).toBe(body)
  })

  test('an answer that is nested too deep is not shown', () => {
    const depth = 100_000
    const body = `{"logs":${'['.repeat(depth)}${']'.repeat(depth)}}`
    expect(() => maskAnswer('build', body, stranger)).toThrow(UnmaskableAnswer)
  })

  test('the prototype of nothing is changed by an answer', () => {
    maskAnswer('app', '{"__proto__":{"polluted":1},"parameters":{"__proto__":"x"}}', stranger)
    expect(Reflect.get({}, 'polluted')).toBeUndefined()
  })
})

describe('everywhere', () => {
  test('Go’s escapes are kept where an answer is written anew', () => {
    const shown = maskAnswer('system', '{"a":"<b>&\\u2028","parameters":{"token":"x"}}', stranger)
    expect(shown).toBe(
      '{\n  "a": "\\u003cb\\u003e\\u0026\\u2028",\n  "parameters": {\n    "token": "[hidden]"\n  }\n}\n',
    )
  })

  test('the rack’s own token is replaced in every answer, also for who may see secrets', () => {
    const view = { ...keeper, rackToken: 'rackpass' }
    expect(maskAnswer('plain', 'https://convox:rackpass@api', view)).toBe('https://convox:[rack token]@api')
    expect(show('release', { id: 'R', app: 'a', description: 'rackpass' }, view).description).toBe('[rack token]')
    expect(show('release', { id: 'R', app: 'a', env: 'RACK_URL=rackpass' }, view).env).toMatch(/^RACK_URL=\[hidden:R:/)
    expect(maskText('bad password rackpass', view)).toBe('bad password [rack token]')
  })

  test('an error’s text hides passwords in addresses', () => {
    expect(maskText('can not reach postgres://u:p@h/db: refused', stranger)).toBe(
      'can not reach postgres://u:[hidden]@h/db: refused',
    )
    expect(maskText('app not found: nosuch\n', stranger)).toBe('app not found: nosuch\n')
  })

  test('every mask policy of the table has a shape or is one that needs none', () => {
    const known = new Set<string>([...Object.keys(shapes), 'plain', 'opaque', 'stream'])
    for (const { id, mask } of rackRoutes) expect([id, known.has(mask)]).toEqual([id, true])
  })
})
