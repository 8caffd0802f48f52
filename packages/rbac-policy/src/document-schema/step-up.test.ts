import { describe, expect, test } from 'vitest'
import { documentWarnings, readPolicy } from '../document.ts'
import { documentHash, type PolicyDocument } from '../policy-document.ts'

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
      '  permissions:',
      '    release:promote: { recent: 90s, except: ["service-account:deploys"] }',
      '    "app:*":',
      '      always: any',
      '  racks: { prod*: { recent: 24h } }',
      '  apps: { billing: { always: passkey }, web: none }',
      '  management: { recent: 5m }',
      '  enrollBy: 2031-02-28',
    )
    const passkey = { kind: 'always', methods: 'passkey' }
    expect(stepUp).toEqual({
      permissions: [
        {
          pattern: 'release:promote',
          level: { kind: 'recent', within: 90_000 },
          except: ['service-account:deploys'],
          source: 'policy.yaml:11',
        },
        { pattern: 'app:*', level: { kind: 'always', methods: 'any' }, except: [], source: 'policy.yaml:12' },
      ],
      racks: [
        { pattern: 'prod*', level: { kind: 'recent', within: 86_400_000 }, except: [], source: 'policy.yaml:14' },
      ],
      apps: [
        { pattern: 'billing', level: passkey, except: [], source: 'policy.yaml:15' },
        { pattern: 'web', level: null, except: [], source: 'policy.yaml:15' },
      ],
      management: { level: { kind: 'recent', within: 300_000 }, except: [], source: 'policy.yaml:16' },
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
    const one = documentHash(good('stepUp: { apps: { web: always } }'))
    expect(documentHash(good('stepUp:', '  apps:', '    web: { always: passkey }'))).toBe(one)
    for (const other of ['{ always: any }', 'none', '{ recent: 10m }', '{ always: passkey, except: ["trust:x"] }'])
      expect(documentHash(good(`stepUp: { apps: { web: ${other} } }`))).not.toBe(one)
    expect(documentHash(good('stepUp: { enrollBy: 2031-01-01 }'))).not.toBe(documentHash(good('stepUp: {}')))
  })

  const forms = 'none, always, {recent: 10m}, {always: passkey}, or {always: any}'
  test.each<[string, readonly string[], number, number, string]>([
    ['another word', ['stepUp:', '  apps: { web: sometimes }'], 3, 11, `stepUp.apps.web should be ${forms}`],
    ['a list', ['stepUp:', '  apps: { web: [always] }'], 3, 11, 'stepUp.apps.web should be'],
    ['nothing', ['stepUp:', '  apps: { web: }'], 3, 11, 'stepUp.apps.web should be'],
    [
      'neither field',
      ['stepUp:', '  apps: { web: { except: ["trust:x"] } }'],
      3,
      11,
      'should have either recent or always',
    ],
    [
      'both fields',
      ['stepUp:', '  apps: { web: { recent: 10m, always: any } }'],
      3,
      11,
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
    ['an unknown section', ['stepUp:', '  rakcs: { x: always }'], 3, 3, 'did you mean racks?'],
    [
      'no permission',
      ['stepUp:', '  permissions:', '    relase:promote: always'],
      4,
      5,
      'stepUp.permissions names "relase:promote", which is not a permission',
    ],
    [
      'permissions that a proof needs',
      ['stepUp:', '  permissions:', '    gateway:self:*: always'],
      4,
      5,
      'no user could add or prove',
    ],
    [
      'a permission that no call requires',
      ['stepUp:', '  permissions:', '    secret:read: always'],
      4,
      5,
      'which no call requires; name the permissions of the calls',
    ],
    ['an empty pattern', ['stepUp:', '  racks: { "": always }'], 3, 12, 'not a pattern of names of racks'],
    ['a pattern with a space', ['stepUp:', '  apps: { "web shop": always }'], 3, 11, 'not a pattern of names of apps'],
    [
      'no list of exceptions',
      ['stepUp:', '  apps: { web: { always: any, except: "trust:x" } }'],
      3,
      31,
      'has an invalid "except": write a list of names',
    ],
    [
      'no exception',
      ['stepUp:', '  apps: { web: { always: any, except: [] } }'],
      3,
      31,
      'has an invalid "except": write a list of names',
    ],
    [
      'a number as an exception',
      ['stepUp:', '  apps: { web: { always: any, except: ["trust:x", 7] } }'],
      3,
      51,
      'only names in except',
    ],
    [
      'a user as an exception',
      ['stepUp:', '  apps:', '    web: { always: any, except: [ada@example.com] }'],
      4,
      34,
      'excepts "ada@example.com", which is not service-account:NAME, trust:NAME',
    ],
    [
      'a pattern as an exception',
      ['stepUp:', '  apps:', '    web: { always: any, except: ["trust:x", "*"] }'],
      4,
      45,
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
      'stepUp: { apps: { __proto__: { always: any, __proto__: x } }, permissions: { constructor: always } }',
      `stepUp: { apps: { "${'*a'.repeat(5_000)}": always } }`,
      `stepUp: { apps: { web: { always: any, except: ["token:${'x ('.repeat(5_000)}"] } } }`,
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
    'stepUp: { racks: { production: { always: any } }, apps: { web: { recent: 10m } }, permissions: { app:delete: always } }',
  )
  expect(documentWarnings(warned)).toEqual([
    'the step-up of the role boss asks for a proof for each call, including calls that only read (policy.yaml:2)',
    'the step-up of the rack production asks for a proof for each call, including calls that only read (policy.yaml:3)',
  ])
})
