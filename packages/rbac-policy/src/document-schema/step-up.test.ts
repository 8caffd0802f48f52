import { describe, expect, test } from 'vitest'
import { documentWarnings, readPolicy } from '../document/document.ts'
import { documentHash, type PolicyDocument } from '../policy-document/policy-document.ts'

function read(...lines: readonly string[]) {
  return readPolicy(['version: 1', ...lines, ''].join('\n'), 'policy.yaml')
}

function good(...lines: readonly string[]): PolicyDocument {
  const { document, problems } = read(...lines)
  if (document === null) throw new Error(problems.map(({ text }) => text).join('; '))
  return document
}

describe('requirements of proofs', () => {
  test('are read with their lines, in every section', () => {
    const { stepUp, roles, commands } = good(
      'roles:',
      '  boss:',
      '    extends: [deployer]',
      '    stepUp: { recent: 15m }',
      'commands:',
      '  rules:',
      '    console: { run: rails console, roles: [boss], stepUp: always }',
      'stepUp:',
      '  rules:',
      '    production-promotes:',
      '      permissions: [release:promote, "app:*"]',
      '      racks: [prod*]',
      '      require: { recent: 90s, except: ["service-account:deploys"] }',
      '    apps: { apps: [billing, shop], require: { always: passkey } }',
      '    web: { apps: [web], require: none }',
      '  management: { recent: 5m }',
      '  enrollBy: 2031-02-28',
    )
    const passkey = { kind: 'always', methods: 'passkey' }
    expect(stepUp).toEqual({
      rules: [
        {
          id: 'production-promotes',
          permissions: ['release:promote', 'app:*'],
          racks: ['prod*'],
          level: { kind: 'recent', within: 90_000 },
          except: ['service-account:deploys'],
          source: 'policy.yaml:11',
        },
        { id: 'apps', apps: ['billing', 'shop'], level: passkey, except: [], source: 'policy.yaml:15' },
        { id: 'web', apps: ['web'], level: null, except: [], source: 'policy.yaml:16' },
      ],
      management: { level: { kind: 'recent', within: 300_000 }, except: [], source: 'policy.yaml:17' },
      enrollBy: Date.UTC(2031, 1, 28),
    })
    expect(roles.at(-1)?.stepUp).toEqual([
      { role: 'boss', level: { kind: 'recent', within: 900_000 }, except: [], source: 'policy.yaml:5' },
    ])
    expect(commands.at(-1)?.stepUp).toEqual({ level: passkey, except: [], source: 'policy.yaml:8' })
  })

  test.each([
    ['2031-02-28', Date.UTC(2031, 1, 28)],
    ['2031-02-28T12:30:00Z', Date.UTC(2031, 1, 28, 12, 30)],
    ['2031-02-28T12:30:00+01:00', Date.UTC(2031, 1, 28, 11, 30)],
  ])('start at a day or a time: %s', (text, at) => {
    expect(good(`stepUp: { enrollBy: ${text} }`).stepUp.enrollBy).toBe(at)
  })

  test('count for the hash, and lines do not', () => {
    const one = documentHash(good('stepUp: { rules: { app-web: { apps: [web], require: always } } }'))
    expect(
      documentHash(good('stepUp:', '  rules:', '    app-web: { require: { always: passkey }, apps: [web] }')),
    ).toBe(one)
    for (const other of ['{ always: any }', 'none', '{ recent: 10m }', '{ always: passkey, except: ["trust:x"] }'])
      expect(documentHash(good(`stepUp: { rules: { app-web: { apps: [web], require: ${other} } } }`))).not.toBe(one)
    expect(documentHash(good('stepUp: { enrollBy: 2031-01-01 }'))).not.toBe(documentHash(good('stepUp: {}')))
  })

  const rules = (...lines: readonly string[]) => ['stepUp:', '  rules:', ...lines]
  const forms = 'none, always, {recent: 10m}, {always: passkey}, or {always: any}'
  test.each<[string, readonly string[], number, number, string]>([
    ['another word', ['stepUp:', '  management: sometimes'], 3, 3, `stepUp.management should be ${forms}`],
    ['a list', ['stepUp:', '  management: [always]'], 3, 3, 'stepUp.management should be'],
    ['nothing', ['stepUp:', '  management:'], 3, 3, 'stepUp.management should be'],
    [
      'neither field',
      ['stepUp:', '  management: { except: ["trust:x"] }'],
      3,
      3,
      'should have either recent or always',
    ],
    [
      'both fields',
      ['stepUp:', '  management: { recent: 10m, always: any }'],
      3,
      3,
      'should have either recent or always',
    ],
    [
      'a number',
      ['stepUp:', '  management: { recent: 10 }'],
      3,
      17,
      '"10" has no unit: put s, m, h, or d after the number',
    ],
    ['too short a time', ['stepUp:', '  management: { recent: 59s }'], 3, 17, 'from 1m to 24h'],
    ['too long a time', ['stepUp:', '  management: { recent: 25h }'], 3, 17, 'from 1m to 24h'],
    [
      'an unknown factor',
      ['stepUp:', '  management: { always: totp }'],
      3,
      17,
      'has an invalid "always": write passkey or any',
    ],
    ['an unknown field', ['stepUp:', '  management: { recent: 5m, excpt: [] }'], 3, 29, 'unknown field excpt'],
    ['an unknown section', ['stepUp:', '  ruels: {}'], 3, 3, 'did you mean rules?'],
    [
      'no permission',
      rules('    x:', '      permissions: [release:promote, relase:promote]', '      require: always'),
      5,
      38,
      'the step-up rule "x" names "relase:promote", which is not a permission',
    ],
    [
      'permissions that a proof needs',
      rules('    x: { permissions: ["gateway:self:*"], require: always }'),
      4,
      24,
      'no user could add or prove',
    ],
    [
      'a permission that no call requires',
      rules('    x: { permissions: [secret:read], require: always }'),
      4,
      24,
      'which no call requires; name the permissions of the calls',
    ],
    ['an empty pattern', rules('    x: { racks: [""], require: always }'), 4, 18, 'not a pattern of names of racks'],
    [
      'a pattern in capitals, in which no rack has its name',
      rules('    x: { racks: [a, Production], require: always }'),
      4,
      21,
      'the step-up rule "x" names "Production", which is not a pattern of names of racks',
    ],
    [
      'a pattern with a space',
      rules('    x: { apps: ["web shop"], require: always }'),
      4,
      17,
      'not a pattern of names of apps',
    ],
    [
      'a rule for nothing',
      rules('    x: { require: always }'),
      4,
      5,
      'the step-up rule "x" names no permissions, racks, or apps; for every call on a rack, write racks: ["*"]',
    ],
    ['an empty list', rules('    x: { racks: [], require: always }'), 4, 10, 'is empty, so it would match nothing'],
    [
      'a rule without require',
      rules('    x: { racks: [a] }'),
      4,
      5,
      'stepUp.rules.x has no require; it should be none',
    ],
    [
      'a rule with an unknown requirement',
      rules('    x: { racks: [a], require: sometimes }'),
      4,
      22,
      `stepUp.rules.x.require should be ${forms}`,
    ],
    ['a rule with an unknown field', rules('    x: { rakcs: [a], require: always }'), 4, 10, 'did you mean racks?'],
    [
      'a name with capitals',
      rules('    Promotes: { racks: [a], require: always }'),
      4,
      5,
      'needs a name of lower-case',
    ],
    [
      'a level in place of a rule',
      rules('    promotes: always'),
      4,
      5,
      'stepUp.rules.promotes should be a step-up rule',
    ],
    [
      'a permission of the gateway, on a rack',
      rules('    x: { permissions: [release:promote, gateway:audit:read], racks: [a], require: always }'),
      4,
      41,
      'names "gateway:audit:read", whose calls the gateway itself answers; use a rule without racks and apps',
    ],
    [
      'a permission of the gateway, on an app',
      rules('    x: { permissions: ["gateway:*"], apps: [a], require: always }'),
      4,
      24,
      'whose calls the gateway itself answers',
    ],
    [
      'a permission of the whole rack, on an app',
      rules('    x: { permissions: [instance:shell], apps: [a], require: always }'),
      4,
      24,
      'names "instance:shell", whose calls concern no app; use a rule without apps',
    ],
    [
      'a proxy to a host, on an app',
      rules('    x: { permissions: [proxy:open], apps: [a], require: always }'),
      4,
      24,
      'whose calls concern no app',
    ],
    [
      'no list of exceptions',
      ['stepUp:', '  management: { always: any, except: "trust:x" }'],
      3,
      30,
      'has an invalid "except": write a list of names',
    ],
    [
      'no exception',
      ['stepUp:', '  management: { always: any, except: [] }'],
      3,
      30,
      'has an invalid "except": write a list of names',
    ],
    [
      'a number as an exception',
      ['stepUp:', '  management: { always: any, except: ["trust:x", 7] }'],
      3,
      50,
      'only names in except',
    ],
    [
      'a user as an exception',
      rules('    x: { apps: [web], require: { always: any, except: [ada@example.com] } }'),
      4,
      56,
      'stepUp.rules.x.require excepts "ada@example.com", which is not service-account:NAME, trust:NAME',
    ],
    [
      'a pattern as an exception',
      ['stepUp:', '  management: { always: any, except: ["trust:x", "*"] }'],
      3,
      50,
      'excepts "*"',
    ],
    [
      'an exception of a role',
      ['roles:', '  boss:', '    stepUp: { always: any, except: [me] }', '  chief: { extends: [boss] }'],
      4,
      37,
      'roles.boss.stepUp excepts "me"',
    ],
    [
      'an exception of a command rule',
      ['commands:', '  rules:', '    x: { run: ls, roles: [admin], stepUp: { recent: 5m, except: [me] } }'],
      4,
      66,
      'commands.rules.x.stepUp excepts "me"',
    ],
    [
      'a value of a command rule',
      ['commands:', '  rules:', '    x: { run: ls, roles: [admin], stepUp: yes }'],
      4,
      35,
      'commands.rules.x.stepUp should be',
    ],
    [
      'a day that does not exist',
      ['stepUp:', '  enrollBy: 2031-02-30'],
      3,
      3,
      'stepUp.enrollBy should be a day (in UTC) or a time with its offset',
    ],
    [
      'a time without an offset',
      ['stepUp:', '  enrollBy: 2031-02-28T12:00:00'],
      3,
      3,
      'stepUp.enrollBy should be a day',
    ],
    ['a day without zeros', ['stepUp:', '  enrollBy: 2031-2-28'], 3, 3, 'stepUp.enrollBy should be a day'],
    ['a number as a day', ['stepUp:', '  enrollBy: 20310228'], 3, 3, 'stepUp.enrollBy should be a day'],
  ])('are refused with line and column: %s', (_what, lines, line, column, text) => {
    const { document, problems } = read(...lines)
    expect(document).toBeNull()
    expect(problems).toEqual([{ line, column, text: expect.stringContaining(text) }])
  })

  test('in a hostile document are rejected without side effects', () => {
    const hostile = [
      'stepUp: { rules: { __proto__: { apps: [__proto__], require: { always: any, __proto__: x } }, constructor: { permissions: [constructor], require: always } } }',
      `stepUp: { rules: { strict: { apps: ["${'*a'.repeat(5_000)}"], require: always } } }`,
      `stepUp: { rules: { app-web: { apps: [web], require: { always: any, except: ["token:${'x ('.repeat(5_000)}"] } } } }`,
    ]
    for (const line of hostile) expect(read(line).problems.length).toBeLessThan(4)
    expect(Object.keys(Object.prototype)).toEqual([])
  })
})

test('a warning names a role whose level asks for no proof', () => {
  const warned = good(
    'roles:',
    '  secrets: { permissions: [secret:read, env:read], stepUp: always }',
    '  free: { permissions: [secret:read], stepUp: none }',
    '  readers: { permissions: [release:read, secret:read], stepUp: { recent: 10m } }',
    '  chiefs: { extends: [viewer], permissions: [secret:read], stepUp: { recent: 10m } }',
  )
  expect(documentWarnings(warned)).toEqual([
    'the step-up of the role secrets asks for no proof, because no call needs a role for secret:read and env:read (policy.yaml:3)',
  ])
})

test('a warning names a requirement that also asks for each read', () => {
  const warned = good(
    'roles: { boss: { extends: [deployer], stepUp: always } }',
    'stepUp: { rules: { rack-production: { racks: [production], require: { always: any } }, app-web: { apps: [web], require: { recent: 10m } }, app-delete: { permissions: [app:delete], require: always } } }',
  )
  expect(documentWarnings(warned)).toEqual([
    'the step-up rule rack-production asks for a proof for each call, including calls that only read (policy.yaml:3)',
    'the step-up of the role boss asks for a proof for each call, including calls that only read (policy.yaml:2)',
  ])
})

test('a warning names a rule that requires nothing', () => {
  const warned = good(
    'stepUp:',
    '  rules:',
    '    deletes: { permissions: ["*:delete"], racks: [production], require: always }',
    '    later: { permissions: [release:promote], require: none }',
  )
  expect(documentWarnings(warned)).toEqual(['the step-up rule later requires nothing (policy.yaml:5)'])
})
