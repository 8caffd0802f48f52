import { describe, expect, test } from 'vitest'
import { compilePolicy } from '../policy/policy.ts'
import { documentHash, type PolicyDocument } from '../policy-document/policy-document.ts'
import { binding, call, principal } from '../testing/calls.ts'
import { builtInPolicy, builtInText, readPolicy } from './document.ts'

/** Lines, as one would write them below `version: 1`. */
function read(...lines: readonly string[]) {
  return readPolicy(['version: 1', ...lines, ''].join('\n'), 'policy.yaml')
}

function good(...lines: readonly string[]): PolicyDocument {
  const { document, problems } = read(...lines)
  if (document === null) throw new Error(problems.map(({ text }) => text).join('; '))
  return document
}

describe('a document', () => {
  test('without content is the built-in policy', () => {
    expect(documentHash(good())).toBe(documentHash(builtInPolicy()))
  })

  test('with the built-in text is the built-in policy', () => {
    const { document } = readPolicy(builtInText, 'policy.yaml')
    expect(document && documentHash(document)).toBe(documentHash(builtInPolicy()))
  })

  test('adds roles, and says where they are written', () => {
    const { roles } = good('roles:', '  reader:', '    description: Reads logs.', '    permissions: [log:*, app:list]')
    expect(roles.map(({ name }) => name)).toEqual(['viewer', 'ops', 'deployer', 'ci', 'admin', 'auditor', 'reader'])
    expect(roles.at(-1)).toEqual({
      name: 'reader',
      description: 'Reads logs.',
      permissions: ['log:*', 'app:list'],
      source: 'policy.yaml:3',
    })
  })

  test('extends roles, in whatever order they stand, with their conditions', () => {
    const { roles } = good(
      'roles:',
      '  lead: { extends: [senior], permissions: [app:delete] }',
      '  senior: { extends: [deployer], permissions: [process:exec-any], when: { callers: [user] } }',
    )
    const byName = new Map(roles.map((role) => [role.name, role]))
    expect(byName.get('senior')?.extends).toEqual(['deployer'])
    expect(byName.get('lead')).toMatchObject({ extends: ['senior', 'deployer'], when: [{ callers: ['user'] }] })
    expect(byName.get('lead')?.permissions).toEqual([
      ...(byName.get('deployer')?.permissions ?? []),
      'process:exec-any',
      'app:delete',
    ])
  })

  test('can replace a built-in role, or extend it under its own name', () => {
    const { roles } = good('roles:', '  viewer: { extends: [viewer], permissions: [env:read] }', '  ci: {}')
    expect(roles.find(({ name }) => name === 'viewer')?.permissions).toContain('env:read')
    expect(roles.find(({ name }) => name === 'viewer')?.permissions).toContain('app:read')
    expect(roles.find(({ name }) => name === 'ci')?.permissions).toEqual([])
  })

  test('a command rule for a role also applies to roles that extend it', () => {
    const policy = compilePolicy(good('roles:', '  lead: { extends: [deployer] }'))
    const run = call('POST /apps/{app}/services/{service}/processes')
    expect(policy.decide(principal([binding('lead')]), run)).toMatchObject({
      effect: 'allow',
      rule: 'command:pre-release',
      roles: ['lead'],
    })
  })

  test('brings its own command rules, in their order, instead of the built-in ones', () => {
    const { commands, runServices } = good(
      'commands:',
      '  services: [command, jobs]',
      '  rules:',
      '    export:',
      '      run: bin/export <user:integer> --format csv|json',
      '      services: [jobs]',
      '      roles: [ops]',
      '      modes: [detached]',
      '      environment: [DEBUG*]',
      '      releases: newest',
      '      when: { time: [{ days: [mon], from: 08:00, to: 18:00, zone: Europe/Berlin }] }',
      '    any: { run: …, roles: [admin] }',
    )
    expect(runServices).toEqual(['command', 'jobs'])
    expect(commands).toEqual([
      {
        id: 'export',
        argv: ['bin/export', { name: 'user', type: 'integer' }, '--format', ['csv', 'json']],
        services: ['jobs'],
        roles: ['ops'],
        modes: ['detached'],
        environment: ['DEBUG*'],
        releases: 'newest',
        when: [{ time: [{ days: ['mon'], from: '08:00', to: '18:00', zone: 'Europe/Berlin' }] }],
        source: 'policy.yaml:5',
      },
      { id: 'any', argv: [{ rest: true }], services: ['command'], roles: ['admin'], source: 'policy.yaml:13' },
    ])
  })

  test('blocks more, and unblocks by name', () => {
    const { blocked } = good(
      'blocked:',
      '  DELETE /apps/{app}: { reason: Apps stay. }',
      'unblocked: [PUT /letsencrypt/config]',
    )
    expect(blocked).toHaveLength(builtInPolicy().blocked.length)
    expect(blocked.some(({ route }) => route === 'PUT /letsencrypt/config')).toBe(false)
    expect(blocked.at(-1)).toEqual({
      route: 'DELETE /apps/{app}',
      reason: 'Apps stay.',
      next: 'Ask the platform team, which maintains the policy.',
      source: 'policy.yaml:3',
    })
  })

  test('its hash depends on its content, not on positions', () => {
    const one = good('proxy: { hosts: [db.internal] }', 'roles: { x: { permissions: [log:read] } }')
    const other = good(
      '',
      '# a comment',
      'roles:',
      '  x:',
      '    permissions: ["log:read"]',
      'proxy:',
      '  hosts: [db.internal]',
    )
    expect(documentHash(one)).toBe(documentHash(other))
  })

  test('its hash does not depend on the description of a role, which decides nothing', () => {
    const [one, other] = ['on call', 'from 9 to 5'].map((text) =>
      good(`roles: { x: { permissions: [log:read], description: ${text} } }`),
    )
    expect(one).not.toEqual(other)
    expect(one && documentHash(one)).toBe(other && documentHash(other))
  })
})

describe('each problem has a line and a column', () => {
  test.each<[string, readonly string[], number, number, string]>([
    ['no YAML', ['roles: ['], 3, 1, 'must be sufficiently indented and end with a ]'],
    ['a key twice', ['roles: {}', 'roles: {}'], 3, 1, 'the key "roles" exists twice'],
    ['an unknown section', ['rolls: {}'], 2, 1, 'rolls is not known here: did you mean roles?'],
    [
      'an unknown field',
      ['roles:', '  x:', '    permission: []'],
      4,
      5,
      'roles.x.permission is not known here: did you mean permissions?',
    ],
    ['another type', ['roles:', '  x: [app:read]'], 3, 3, 'roles.x should be a role'],
    [
      'a text for a list',
      ['roles:', '  x:', '    extends: viewer'],
      4,
      5,
      'roles.x.extends should be a list of names of roles',
    ],
    ['a missing field', ['commands:', '  rules:', '    x: { run: ls }'], 4, 5, 'commands.rules.x has no roles'],
    [
      'an unknown mode',
      ['commands: { rules: { x: { run: ls, roles: [admin], modes: [sometimes] } } }'],
      2,
      60,
      'should be attached, detached, or exec',
    ],
    [
      'a permission that does not exist',
      ['roles:', '  x:', '    permissions: [relase:promote]'],
      4,
      5,
      '"relase:promote", which does not exist',
    ],
    ['a role that does not exist', ['roles:', '  x:', '    extends: [viewr]'], 4, 5, '"viewr", which does not exist'],
    [
      'a circle',
      ['roles:', '  x: { extends: [y] }', '  y: { extends: [x] }'],
      3,
      8,
      'extends itself, directly or through other roles',
    ],
    ['an invalid name of a role', ['roles:', '  Big One: {}'], 3, 3, 'needs a name'],
    [
      'an empty list of modes',
      ['commands: { rules: { x: { run: ls, roles: [admin], modes: [] } } }'],
      2,
      52,
      'commands.rules.x.modes is empty, so it would match nothing',
    ],
    [
      'an empty list of apps',
      ['commands: { rules: { x: { run: ls, roles: [admin], apps: [] } } }'],
      2,
      52,
      'commands.rules.x.apps is empty, so it would match nothing',
    ],
    [
      'an empty list of racks',
      ['commands: { rules: { x: { run: ls, roles: [admin], racks: [] } } }'],
      2,
      52,
      'commands.rules.x.racks is empty, so it would match nothing',
    ],
    [
      'no service for runs',
      ['commands: { services: [] }'],
      2,
      13,
      'commands.services is empty, so it would match nothing',
    ],
    [
      'a condition on no rack',
      ['roles: { x: { when: { racks: [] } } }'],
      2,
      23,
      'roles.x.when.racks is empty, so it would match nothing',
    ],
    [
      'a condition on no app',
      ['roles: { x: { when: { apps: [] } } }'],
      2,
      23,
      'roles.x.when.apps is empty, so it would match nothing',
    ],
    [
      'a condition on no address',
      ['roles: { x: { when: { addresses: [] } } }'],
      2,
      23,
      'roles.x.when.addresses is empty, so it would match nothing',
    ],
    [
      'a condition on no time',
      ['roles: { x: { when: { time: [] } } }'],
      2,
      23,
      'roles.x.when.time is empty, so it would match nothing',
    ],
    [
      'a condition on no caller',
      ['roles: { x: { when: { callers: [] } } }'],
      2,
      23,
      'roles.x.when.callers is empty, so it would match nothing',
    ],
    [
      'recordings of no session',
      ['recordings: { rules: { x: { mode: strict, sessions: [] } } }'],
      2,
      43,
      'recordings.rules.x.sessions is empty, so it would match nothing',
    ],
    [
      'recordings on no app',
      ['recordings: { rules: { x: { mode: strict, apps: [] } } }'],
      2,
      43,
      'recordings.rules.x.apps is empty, so it would match nothing',
    ],
    ['a rule for nobody', ['commands: { rules: { x: { run: ls, roles: [] } } }'], 2, 36, 'names no role'],
    [
      'a rule for a role that does not exist',
      ['commands: { rules: { x: { run: ls, roles: [root] } } }'],
      2,
      36,
      '"root", which does not exist',
    ],
    [
      'an invalid command',
      ['commands: { rules: { x: { run: "ls <x>", roles: [admin] } } }'],
      2,
      27,
      'needs a name and a type',
    ],
    [
      'a placeholder inside a word',
      ['commands: { rules: { x: { run: "rake reports:<task:name>", roles: [admin] } } }'],
      2,
      27,
      'the rule "x" has a < inside of "reports:<task:name>"',
    ],
    [
      'a * that does not end a word',
      ['commands:', '  rules:', '    x:', '      run: rake reports:*:all', '      roles: [admin]'],
      5,
      7,
      'the rule "x" has a * inside of "reports:*:all"',
    ],
    [
      'a prefix of options',
      ['commands: { rules: { x: { run: rake --*, roles: [admin] } } }'],
      2,
      27,
      'a prefix does not match options',
    ],
    [
      'a rest in the middle',
      ['commands: { rules: { x: { run: … ls, roles: [admin] } } }'],
      2,
      27,
      'before its last word',
    ],
    [
      'an invalid ID of a rule',
      ['commands: { rules: { 10: { run: ls, roles: [admin] } } }'],
      2,
      22,
      'which begins with a letter',
    ],
    ['a route that does not exist', ['blocked: { PUT /sytem: { reason: No. } }'], 2, 12, 'is not a route of the rack'],
    ['an unblocked route that is not blocked', ['unblocked:', '  - GET /apps'], 3, 5, 'is not blocked'],
    ['a percent sign', ['blocked: { GET /apps: { reason: 100 % no. } }'], 2, 12, 'without a percent sign'],
    [
      'an invalid time',
      ['roles: { x: { when: { time: [{ from: 25:00, to: 26:00, zone: UTC }] } } }'],
      2,
      30,
      '"25:00" is not a time',
    ],
    [
      'a zone that does not exist',
      ['roles: { x: { when: { time: [{ from: 08:00, to: 09:00, zone: Berlin }] } } }'],
      2,
      30,
      '"Berlin" is not a time zone',
    ],
    [
      'an invalid network',
      ['roles: { x: { when: { addresses: [10.0.0.0/33] } } }'],
      2,
      23,
      '"10.0.0.0/33", which is neither',
    ],
    [
      'an admin role without every permission',
      ['roles: { admin: { permissions: [app:read] } }'],
      2,
      10,
      'the role "admin" must exist',
    ],
    [
      'an admin role with a condition',
      ['roles: { admin: { permissions: ["*"], when: { callers: [user] } } }'],
      2,
      10,
      'without conditions',
    ],
    ['a pattern of everything', ['protected: { environment: ["*"] }'], 2, 14, 'the protected key "*"'],
  ])('%s', (_what, lines, line, column, text) => {
    const { document, problems } = read(...lines)
    expect(document).toBeNull()
    expect(problems[0]).toEqual({ line, column, text: expect.stringContaining(text) })
  })

  test('another version is refused', () => {
    expect(readPolicy('version: 2\n', 'p').problems[0]).toEqual({ line: 1, column: 1, text: 'version should be 1' })
    expect(readPolicy('', 'p').problems[0]).toMatchObject({ text: 'the document has no version; it should be 1' })
    expect(readPolicy('- a', 'p').problems[0]).toMatchObject({
      text: 'the document should be a policy: version and its sections',
    })
  })

  test('every problem is named, in the order of the lines', () => {
    const { problems } = read(
      'proxy: { hosts: ["*"] }',
      'roles:',
      '  x: { permissions: [a:b] }',
      '  y: { permissions: [c:d] }',
    )
    expect(problems.map(({ line }) => line)).toEqual([2, 4, 5])
  })

  test('however many they are, all are named', () => {
    const roles = Array.from({ length: 40 }, (_, at) => `  role-${at}: { permisions: [app:read] }`)
    const { problems } = read('roles:', ...roles)
    expect(problems.map(({ line }) => line)).toEqual(roles.map((_, at) => at + 3))
  })

  test('beyond a thousand, the last one says how many more there are', () => {
    const roles = Array.from({ length: 1_500 }, (_, at) => `  role-${at}: 1`)
    const { problems } = read('roles:', ...roles)
    expect(problems).toHaveLength(1_000)
    expect(problems.at(-1)).toEqual({ line: 1_002, column: 3, text: 'and 501 more problems from here on' })
  })

  test.each([
    ['one after the other', (at: number) => [at, at - 1]],
    ['each before the one that it extends', (at: number) => [59 - at, 60 - at]],
  ])('roles that extend more than 50: %s', (_order, pair) => {
    const roles = Array.from({ length: 60 }, (_, at) => pair(at)).map(
      ([role = 0, above = 0]) => `  r${role}: { extends: [${above < 0 || above > 59 ? 'viewer' : `r${above}`}] }`,
    )
    expect(read('roles:', ...roles).problems?.[0]?.text).toMatch(/^the role "r\d+" extends more than 50 roles$/)
  })

  test('conditions are inherited once, also through several roles', () => {
    const roles = Array.from({ length: 40 }, (_, at) => `  r${at + 1}: { extends: [r${at}, r${at}] }`)
    const document = good('roles:', '  r0: { when: { callers: [user] } }', ...roles)
    expect(document.roles.at(-1)?.when).toEqual([{ callers: ['user'] }])
  })

  test('rules that expand to too many commands together', () => {
    const rules = Array.from(
      { length: 100 },
      (_, at) => `    r${at}: { run: x${at}${' a|b'.repeat(9)}, roles: [admin] }`,
    )
    expect(read('commands:', '  rules:', ...rules).problems).toEqual([
      { line: 23, column: 12, text: 'the rule "r19" stands for too many commands, together with the rules before it' },
    ])
  })

  test.each([
    [
      'aliases that multiply',
      `a: &a [x,x,x,x,x,x,x,x,x,x]\n${'bcdefgh'
        .split('')
        .map((name, at) => `${name}: &${name} [${Array(10).fill(`*${'abcdefg'[at]}`).join(',')}]`)
        .join('\n')}\n`,
      'its aliases expand to too much',
    ],
    ['a huge text', `version: 1\n# ${'x'.repeat(1024 * 1024)}`, 'it is longer than 1 MiB'],
    ['deep nesting', `version: 1\nroles: ${'['.repeat(20_000)}`, 'must be sufficiently indented and end with a ]'],
    [
      'names of object properties',
      'version: 1\n__proto__: { x: 1 }\nconstructor: 1\n',
      '__proto__ is not known here\nconstructor is not known here',
    ],
    [
      'roles with names of object properties',
      'version: 1\nroles: { __proto__: { permissions: ["*"] }, toString: {} }\n',
      'the role "__proto__" needs a name',
    ],
    ['bytes that are no text', 'version: 1\n\0\u0007: \ud800\n', '?? is not known here'],
  ])('%s is refused, and nothing else happens', (_what, text, problem) => {
    const { document, problems } = readPolicy(text, 'p')
    expect(document).toBeNull()
    expect(problems.map((one) => one.text).join('\n')).toContain(problem)
    expect(Object.keys(Object.prototype)).toEqual([])
    expect(problems.length).toBeLessThanOrEqual(1_000)
    for (const problem of problems) expect(problem.text).not.toMatch(/[\n\r\0\u0007]/)
  })
})
