import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { compilePolicy } from '@rack-gateway/rbac-policy'
import { builtInPolicy } from '@rack-gateway/rbac-policy/document'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type FakeGateway, startFakeGateway } from '../../testing/fake-gateway.ts'
import { createMachine, type Machine } from '../../testing/harness.ts'
import { exampleNames, exampleText } from './example-policies.ts'

const good = 'version: 1\nroles:\n  support: { extends: [viewer], permissions: [service:restart] }\n'
const bad = 'version: 1\nroles:\n  support: { permissions: [a:b] }\n  other: { permissions: [c:d] }\n'
const restart =
  'version: 1\ncases:\n  support restarts:\n    who: { roles: [support] }\n    convox: services restart web -a shop\n    expect: { effect: allow, rule: role:support }\n'

let machine: Machine
let gateway: FakeGateway | null
beforeEach(() => {
  machine = createMachine()
  gateway = null
})
afterEach(async () => {
  await gateway?.close()
  machine.remove()
})

function write(name: string, content: string): void {
  machine.write(join(machine.cwd, name), content)
}

function run(...words: readonly string[]) {
  return machine.call(['policy', ...words])
}

describe('policy init', () => {
  const read = (name: string) => readFileSync(join(machine.cwd, name), 'utf8')

  test.each(exampleNames)('writes a document and its tests for %s, which pass', async (framework) => {
    const { code, stdout, stderr } = await machine.run(['policy', 'init', framework])
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toContain('\n  rack-gateway policy check policy.yaml\n  rack-gateway policy test . --strict\n')
    for (const file of ['policy.yaml', 'policy.cases.yaml']) expect(read(file)).toBe(exampleText(framework, file))
    const checked = await machine.run(['policy', 'check', 'policy.yaml'])
    expect([checked.code, checked.stdout]).toEqual([0, expect.not.stringContaining('warning')])
    const tested = await machine.run(['policy', 'test', '.', '--strict'])
    expect([tested.code, tested.stdout]).toEqual([0, expect.stringContaining('all passed')])
  })

  test('offers each example of the repository', () => {
    const directory = fileURLToPath(new URL('../../../../../examples/policies', import.meta.url))
    const directories = readdirSync(directory, { withFileTypes: true }).filter((entry) => entry.isDirectory())
    expect(directories.map(({ name }) => name).toSorted()).toEqual([...exampleNames].toSorted())
  })

  test('suggests a framework for a misspelled one', async () => {
    expect(await run('init', 'rials')).toEqual({
      code: 2,
      stdout: '',
      stderr:
        'rack-gateway: There is no first policy for rials. Did you mean rails? The frameworks are rails, django, laravel, or node.\n',
    })
    expect((await run('init', '../rails')).code).toBe(2)
    expect(readdirSync(machine.cwd)).toEqual([])
  })

  test.each([
    ['policy.yaml', 'policy.cases.yaml'],
    ['policy.cases.yaml', 'policy.yaml'],
  ])('does not replace %s, and writes no other file', async (existing, other) => {
    write(existing, 'mine')
    const { code, stderr } = await run('init', 'rails')
    expect([code, stderr]).toEqual([
      2,
      `rack-gateway: ${existing} already exists, so nothing was written. Run the command in another directory.\n`,
    ])
    expect(read(existing)).toBe('mine')
    expect(readdirSync(machine.cwd)).not.toContain(other)
  })

  test('says why a file cannot be written', async () => {
    const { code, stderr } = await machine.call(['policy', 'init', 'rails'], {}, '', { cwd: join(machine.cwd, 'gone') })
    expect([code, stderr]).toEqual([
      2,
      'rack-gateway: policy.yaml cannot be written (ENOENT), so nothing was written. Check the permissions of the directory.\n',
    ])
  })
})

describe('policy check', () => {
  test('summarizes a valid document', async () => {
    write('policy.yaml', good)
    const { code, stdout, stderr } = await run('check', 'policy.yaml')
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(
      /^policy\.yaml is valid\. With the built-in rules that it does not replace, it has 7 roles, 6 command rules, 15 blocked operations\.\nhash [0-9a-f]{64}\n$/,
    )
  })

  test('counts request rules, and warns of them', async () => {
    const rule = 'deploy: { from: [group:a], role: deployer, longest: 4h, approve: automatically }'
    write('policy.yaml', `version: 1\nrequests:\n  ${rule}\n`)
    const { code, stdout } = await run('check', 'policy.yaml')
    expect([code, stdout]).toEqual([0, expect.stringContaining(' blocked operations, 1 request rule.\n')])
    expect(stdout).toContain('warning: the request rule deploy approves automatically and has no step-up')
    expect(JSON.parse((await run('check', 'policy.yaml', '--json')).stdout).requestRules).toEqual(['deploy'])
  })

  test('names every problem with line and column, and exits with 3', async () => {
    write('policy.yaml', bad)
    expect(await run('check', 'policy.yaml')).toEqual({
      code: 3,
      stdout:
        'policy.yaml:3:14: the role "support" names the permission "a:b", which does not exist\npolicy.yaml:4:12: the role "other" names the permission "c:d", which does not exist\n',
      stderr: 'rack-gateway: policy.yaml is not valid: 2 problems. The gateway would reject it.\n',
    })
    const { code, stdout } = await run('check', 'policy.yaml', '--json')
    expect(code).toBe(3)
    expect(JSON.parse(stdout)).toMatchObject({
      valid: false,
      problems: [
        { line: 3, column: 14 },
        { line: 4, column: 12 },
      ],
    })
  })

  test('warns of rules for a service that does not allow runs', async () => {
    const rule = (services: string, modes: string) =>
      `{ run: ls, roles: [ops, admin], services: [${services}], modes: [${modes}] }`
    write(
      'policy.yaml',
      `version: 1\ncommands:\n  extend: built-in\n  rules:\n    one: ${rule('command, jobs', 'detached, exec')}\n    two: ${rule('jobs', 'detached')}\n    three: ${rule('jobs', 'exec')}\n    four: ${rule('"*"', 'detached')}\n`,
    )
    expect(JSON.parse((await run('check', '--json', 'policy.yaml')).stdout).warnings).toEqual([
      'the command rule one allows only exec (with process:exec-any) on the service jobs, which commands.services does not name',
      'the command rule two allows nothing on the service jobs, which commands.services does not name',
    ])
  })

  test('warns of built-in rules that it drops, and of roles that nobody can grant', async () => {
    write('policy.yaml', 'version: 1\ncommands:\n  rules:\n    list: { run: ls, roles: [ops] }\n')
    const { code, stdout } = await run('check', 'policy.yaml')
    expect(code).toBe(0)
    expect(stdout).toMatch(
      /\nwarning: commands\.rules replaces the built-in ones: .*, and any-command of admin are gone; /,
    )
    expect(stdout).toContain(
      '\nwarning: nobody can grant the role ops, except a user who has it, because the command rule list does not name admin; add admin to the roles of the rule\n',
    )
  })

  test('warns of operations that it unblocks', async () => {
    write('policy.yaml', 'version: 1\nunblocked: [PUT /system]\n')
    expect((await run('check', 'policy.yaml')).stdout).toContain(
      '\nwarning: it allows PUT /system, which the gateway blocks by default\n',
    )
    expect(JSON.parse((await run('check', '--json', 'policy.yaml')).stdout)).toMatchObject({
      valid: true,
      policy: expect.stringMatching(/^[0-9a-f]{64}$/),
      warnings: ['it allows PUT /system, which the gateway blocks by default'],
    })
  })

  test('reads standard input', async () => {
    expect((await machine.call(['policy', 'check', '-'], {}, bad)).stdout).toMatch(/^stdin:3:14: /)
  })

  test.each([
    ['nope.yaml', 'nope.yaml cannot be read: there is no such file'],
    ['.', '. cannot be read: it is a directory'],
    ['/dev/zero', '/dev/zero is longer than 1 MiB'],
  ])('%s cannot be read, and exits with 2', async (file, sentence) => {
    const { code, stdout, stderr } = await run('check', file)
    expect([code, stdout, stderr]).toEqual([2, '', expect.stringContaining(sentence)])
  })
})

describe('policy test', () => {
  test('evaluates the cases of a directory by its policy.yaml', async () => {
    write('policies/policy.yaml', good)
    write('policies/support.cases.yaml', restart)
    write('policies/notes.yaml', 'not: cases')
    const { code, stdout, stderr } = await run('test', 'policies')
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(
      /^1 case, all passed, by policies\/policy\.yaml \([0-9a-f]{12}\), without policy packages\ncovered 1 of 1 rule that policies\/policy\.yaml defines\n$/,
    )
  })

  test('shows the expected and the actual decision of a failed case, and exits with 3', async () => {
    write('policy.yaml', good)
    write('a.cases.yaml', restart.replace('support restarts', 'x').replace('role:support', 'role:admin'))
    const { code, stdout } = await run('test', 'a.cases.yaml')
    expect(code).toBe(3)
    expect(stdout).toContain(
      'failed: x (a.cases.yaml:3:3)\n  convox services restart web -a shop, on a-rack\n  expected  allow by role:admin\n  but it is allow by role:support, from policy.yaml:3: The role support grants service:restart.\n1 case, 1 failed, by policy.yaml',
    )
  })

  test('lists the rules without a case, which fail with --strict', async () => {
    write('policy.yaml', `${good}blocked:\n  POST /apps: { reason: No. }\n`)
    write('a.cases.yaml', restart)
    const outcome = await run('test', '.')
    expect(outcome.code).toBe(0)
    expect(outcome.stdout).toMatch(
      /\ncovered 1 of 2 rules that policy\.yaml defines; without a case:\n {2}blocked:POST \/apps \(policy\.yaml:5\)\n$/,
    )
    const strict = await run('test', '.', '--strict')
    expect([strict.code, strict.stderr]).toEqual([
      3,
      'rack-gateway: Some rules have no case, which --strict treats as a failure.\n',
    ])
  })

  test('uses the document of --policy, or else of the file of cases, or else policy.yaml in its directory', async () => {
    write('policy.yaml', bad)
    write('other.yaml', good)
    write('a.cases.yaml', restart.replace('cases:', 'policy: other.yaml\ncases:'))
    expect((await run('test', 'a.cases.yaml')).stdout).toContain('all passed, by other.yaml')
    const invalidPolicy = await run('test', 'a.cases.yaml', '--policy', 'policy.yaml')
    expect([invalidPolicy.code, invalidPolicy.stderr]).toEqual([
      3,
      expect.stringContaining('policy.yaml:3:14: the role "support"'),
    ])
    const unknown = await run('test', 'a.cases.yaml', '--policy', '@built-in')
    expect(unknown.stderr).toBe(
      'rack-gateway: a.cases.yaml is not valid as a file of cases: 1 problem\n  a.cases.yaml:5:5: the role "support" does not exist in the document\n',
    )
  })

  test('--json has every case and rule', async () => {
    write('policy.yaml', good)
    write('a.cases.yaml', restart)
    expect(JSON.parse((await run('test', '.', '--json')).stdout)).toMatchObject({
      passed: 1,
      failed: 0,
      policies: [
        {
          document: 'policy.yaml',
          cases: [{ file: 'a.cases.yaml', line: 3, name: 'support restarts', passed: true, effect: 'allow' }],
          coverage: [{ rule: 'role:support service:restart', source: 'policy.yaml:3', exercised: true }],
        },
      ],
    })
  })

  test.each([
    [[], 'policy test needs <paths..> (Files of cases'],
    [['nowhere'], 'nowhere cannot be read: there is no such file or directory'],
    [['.'], '. has no cases. Files of cases end in .cases.yaml'],
  ])('%j: says what is missing, and exits with 2', async (paths, sentence) => {
    const { code, stderr } = await run('test', ...paths)
    expect([code, stderr]).toEqual([2, expect.stringContaining(sentence)])
  })

  test('cases without a document', async () => {
    write('cases/a.cases.yaml', restart)
    expect((await run('test', 'cases')).stderr).toContain('cases/a.cases.yaml names no document. Pass --policy FILE')
  })
})

describe('policy diff', () => {
  test('shows the changes for each role', async () => {
    write('policy.yaml', `${good}blocked:\n  POST /apps: { reason: No. }\n`)
    const { code, stdout } = await run('diff', '@built-in', 'policy.yaml')
    expect(code).toBe(0)
    expect(stdout).toMatch(
      /^\d+ changes from @built-in to policy\.yaml, without policy packages\nchanged:\n {2}support {2}the role is new\nnewly allowed:\n {2}support {2}.*service:restart.*\nnewly denied:\n {2}everyone {2}POST \/apps is blocked\n$/,
    )
    const json = JSON.parse((await run('diff', '@built-in', 'policy.yaml', '--json')).stdout)
    expect(json.changes).toContainEqual({ effect: 'denies', role: null, what: 'POST /apps is blocked' })
  })

  test('shows new and changed request rules', async () => {
    const rule = 'from: [group:a], role: deployer, racks: [production], longest: 4h, reviewers: [group:leads]'
    write('old.yaml', `version: 1\nrequests:\n  deploy: { ${rule} }\n`)
    write('new.yaml', `version: 1\nrequests:\n  deploy: { ${rule.replace('4h', '8h')} }\n  other: { ${rule} }\n`)
    const words =
      'group:a can ask for the role deployer; on racks: production; on apps: *; for at most 4 hours; the time starts with the approval; needs 1 review by group:leads; lapses after 1 hour without these reviews; each reviewer needs no step-up; the reason can be any text'
    expect(await run('diff', 'old.yaml', 'new.yaml')).toEqual({
      code: 0,
      stdout: [
        '2 changes from old.yaml to new.yaml, without policy packages',
        'changed:',
        '  everyone  the request rule deploy is now: for at most 8 hours',
        'newly allowed:',
        `  everyone  the request rule other is new: ${words}`,
        '',
      ].join('\n'),
      stderr: '',
    })
  })

  test('shows no change between a document and itself', async () => {
    write('policy.yaml', good)
    const { stdout } = await machine.call(['policy', 'diff', '-', 'policy.yaml'], {}, good)
    expect(stdout).toBe('policy.yaml decides like stdin, without policy packages.\n')
  })

  test('gets the document in force from the gateway', async () => {
    const document = JSON.parse(JSON.stringify(builtInPolicy()))
    const policy = compilePolicy(builtInPolicy()).hash
    gateway = await startFakeGateway({ status: 200, body: { policy, source: 'built-in', text: null, document } })
    const env = { RACK_GATEWAY_URL: gateway.url, RACK_GATEWAY_TOKEN: 'rgt_x' }
    expect(await machine.call(['policy', 'diff', '@in-force', '@built-in'], env)).toEqual({
      code: 0,
      stdout: '@built-in decides like @in-force, without policy packages.\n',
      stderr: '',
    })
    expect(gateway.requests).toEqual([{ authorization: 'Bearer rgt_x', path: '/gateway/api/v1/policy' }])
    gateway.response = { status: 200, body: { policy, source: '', text: null, document: { ...document, roles: [] } } }
    const unread = await machine.call(['policy', 'diff', '@in-force', '@built-in'], env)
    expect([unread.code, unread.stderr]).toEqual([7, expect.stringContaining('cannot read')])
  })

  test.each([
    ['-', '-', 2, 'Only one of the two'],
    ['@main', '@built-in', 2, '@main is not a document. The names are @built-in, @in-force, and -'],
    ['@in-force', '@built-in', 4, 'You are not logged in'],
  ])('%s with %s', async (old, young, code, sentence) => {
    const outcome = await run('diff', old, young)
    expect([outcome.code, outcome.stderr]).toEqual([code, expect.stringContaining(sentence)])
  })
})

describe('policy impact', () => {
  const impact = {
    policy: 'p',
    proposed: 'q',
    since: '2030-01-01T00:00:00.000Z',
    until: '2030-01-31T00:00:00.000Z',
    calls: 1_200,
    unclear: 3,
    packages: 0,
    allowed: 0,
    denied: 2,
    stepUp: { prompts: 0, users: 0, denied: 0, requirements: [] },
    cut: null,
    changes: [
      {
        effect: 'denies',
        principal: { kind: 'user', id: 'u', name: 'ada@example.com\u001b[2J' },
        route: 'POST /apps/{app}/releases/{id}/promote',
        rack: 'staging',
        app: 'web',
        command: null,
        rule: 'blocked:x',
        reason: 'A freeze.',
        count: 2,
        last: '2030-01-30T00:00:00.000Z',
      },
    ],
    more: 0,
  }

  async function asked(response: Parameters<typeof startFakeGateway>[0], ...words: readonly string[]) {
    return askedOf(good, response, ...words)
  }

  async function askedOf(
    document: string,
    response: Parameters<typeof startFakeGateway>[0],
    ...words: readonly string[]
  ) {
    write('policy.yaml', document)
    gateway = await startFakeGateway(response)
    const env = { RACK_GATEWAY_URL: gateway.url, RACK_GATEWAY_TOKEN: 'rgt_x' }
    return machine.call(['policy', 'impact', 'policy.yaml', ...words], env)
  }

  test('shows which calls would newly be denied, for whom, and how often', async () => {
    const { code, stdout, stderr } = await asked({ status: 200, body: impact })
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toBe(
      [
        'policy.yaml instead of the policy in force, for 1,200 recorded calls since 2030-01-01T00:00:00.000Z',
        'newly denied: 2 calls',
        '  2 times  ada@example.com\uFFFD[2J (user)  POST /apps/{app}/releases/{id}/promote  on staging, web',
        '      A freeze. (rule blocked:x; last at 2030-01-30T00:00:00.000Z)',
        'left out: 3 calls, because roles or the policy have changed, or the event lacks details',
        'policy packages were not included',
        '',
      ].join('\n'),
    )
  })

  test('says that a limit was reached, and how many calls packages denied', async () => {
    const body = {
      ...impact,
      cut: { by: 'number', from: '2030-01-20T00:00:00.000Z' },
      packages: 1,
      changes: [],
      denied: 0,
    }
    const { stdout } = await asked({ status: 200, body })
    expect(stdout).toContain(
      'for 1,200 recorded calls since 2030-01-20T00:00:00.000Z\n(only the newest calls, not all since 2030-01-01',
    )
    expect(stdout).toContain('no call would be decided differently\n')
    expect(stdout).toContain('left out: 1 call that a policy package denied, because packages were not included\n')
  })

  test('names rules with conditions that events do not contain', async () => {
    const rule = (more: string) => `{ run: ls, roles: [ops]${more} }`
    const rules = `    one: ${rule(', releases: newest')}\n    two: ${rule(', interactive: false')}\n    three: ${rule(', entrypoint: true')}\n    four: ${rule(', releases: any')}\n`
    const { stdout } = await askedOf(`version: 1\ncommands:\n  rules:\n${rules}`, { status: 200, body: impact })
    expect(stdout).toContain(
      '\nnot included: conditions on the terminal, entrypoint, or release, which events do not contain (one, two, three)\n',
    )
  })

  test("--json prints the gateway's response", async () => {
    const { stdout } = await asked({ status: 200, body: impact }, '--json', '--since', '12h')
    expect(JSON.parse(stdout)).toEqual(impact)
  })

  test.each([
    [403, 5],
    [400, 2],
    [429, 7],
    [401, 4],
    [404, 7],
    [500, 7],
  ])('if the gateway answers %i, the command exits with %i and quotes it', async (status, code) => {
    const outcome = await asked({ status, body: { error: 'because' } })
    expect([outcome.code, outcome.stdout, outcome.stderr]).toEqual([code, '', expect.stringContaining('because')])
  })

  test('an invalid document is not sent', async () => {
    gateway = await startFakeGateway({ status: 200, body: impact })
    write('bad.yaml', bad)
    const env = { RACK_GATEWAY_URL: gateway.url, RACK_GATEWAY_TOKEN: 'rgt_x' }
    const { code, stderr } = await machine.call(['policy', 'impact', 'bad.yaml'], env)
    expect([code, stderr]).toEqual([3, expect.stringContaining('bad.yaml:3:14: ')])
    expect(gateway.requests).toEqual([])
  })
})

describe('policy impact --would-be', () => {
  const row = {
    effect: 'deny',
    principal: { kind: 'user', id: 'u1', name: 'ada@example.com' },
    rack: 'staging',
    app: 'web',
    route: 'POST /apps/{app}/releases/{id}/promote',
    command: null,
    rule: 'no-permission',
    reason: 'It needs deployer.',
    stopped: 1,
    count: 3,
    last: '2026-12-01T12:00:00.000Z',
    event: 'event-1',
  }
  const range = { since: '2026-11-24T12:00:00.000Z', until: '2026-12-01T12:00:00.000Z' }
  const body = { policy: 'a'.repeat(64), ...range, calls: 9, hidden: 1, resolved: 2, unclear: 0, rows: [row], more: 4 }

  test('shows what the policy in force would deny, and what could not be decided again', async () => {
    gateway = await startFakeGateway({ status: 200, body: { ...body, cut: null } })
    const env = { RACK_GATEWAY_URL: gateway.url, RACK_GATEWAY_TOKEN: 'rgt_x' }
    const { code, stdout, stderr } = await machine.call(['policy', 'impact', '--would-be', '--since', '7d'], env)
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toBe(
      [
        'the policy in force, if enforced, for 9 recorded calls since 2026-11-24T12:00:00.000Z',
        '  denied 3 times (1 stopped)  ada@example.com (user)  POST /apps/{app}/releases/{id}/promote  on staging, web',
        '      It needs deployer. (rule no-permission; last at 2026-12-01T12:00:00.000Z, event event-1)',
        '4 rows more, less frequent, not shown',
        'left out: 2 calls that the policy in force allows by now',
        'not decided again: 1 call, because a secret in the command was hidden from the log',
        '',
      ].join('\n'),
    )
  })

  test.each([
    [['policy.yaml', '--would-be'], '--would-be is about the policy in force.'],
    [[], 'The impact needs a policy document.'],
  ])('%j exits with 2', async (words, sentence) => {
    const { code, stderr } = await run('impact', ...words)
    expect([code, stderr]).toEqual([2, expect.stringContaining(sentence)])
  })
})

describe('policy suggest', () => {
  const files = { policy: 'version: 1\n', bindings: '#!/bin/sh\n', cases: 'version: 1\ncases: {}\n' }
  const range = { since: '2026-11-24T12:00:00.000Z', until: '2026-12-01T12:00:00.000Z' }
  const body = {
    policy: 'a'.repeat(64),
    ...range,
    calls: 9,
    denied: 0,
    cut: null,
    files,
    summary: ['9 recorded\u001b calls'],
  }
  const read = (name: string) => readFileSync(join(machine.cwd, 'out', name), 'utf8')

  async function suggest(...words: readonly string[]) {
    gateway ??= await startFakeGateway({ status: 200, body })
    const env = { RACK_GATEWAY_URL: gateway.url, RACK_GATEWAY_TOKEN: 'rgt_x' }
    const output = words.some((word) => word.startsWith('--output')) ? [] : ['--output', 'out']
    return machine.call(['policy', 'suggest', ...output, ...words], env)
  }

  test('writes three files, prints the summary, and replaces no file without --force', async () => {
    const first = await suggest('--rack', 'staging')
    expect([first.code, first.stderr]).toEqual([0, ''])
    expect(first.stdout).toContain('9 recorded')
    expect(first.stdout).not.toContain('\u001b')
    expect(gateway?.requests[0]?.path).toBe('/gateway/api/v1/policy/suggestion')
    expect(['policy.yaml', 'bindings.sh', 'policy.cases.yaml'].map(read)).toEqual(Object.values(files))
    machine.write(join(machine.cwd, 'out', 'policy.yaml'), 'mine')
    const second = await suggest()
    expect([second.code, second.stderr]).toEqual([2, expect.stringContaining('out/policy.yaml already exists')])
    expect(gateway?.requests).toHaveLength(1)
    expect(read('policy.yaml')).toBe('mine')
    expect((await suggest('--force')).code).toBe(0)
    expect(read('policy.yaml')).toBe(files.policy)
    expect(readdirSync(join(machine.cwd, 'out')).sort()).toEqual(['bindings.sh', 'policy.cases.yaml', 'policy.yaml'])
  })

  test('an absolute path of --output is the directory', async () => {
    const directory = join(machine.cwd, 'absolute')
    const { stdout } = await suggest('--output', directory)
    expect(readdirSync(directory).sort()).toEqual(['bindings.sh', 'policy.cases.yaml', 'policy.yaml'])
    expect(stdout).toContain(`Wrote ${join(directory, 'policy.yaml')}, `)
  })

  test.each([
    ['.', 'policy.yaml', 'policy.cases.yaml', 'bindings.sh'],
    ['suggestion/', 'suggestion/policy.yaml', 'suggestion/policy.cases.yaml', 'suggestion/bindings.sh'],
    [
      "bob's week",
      `'bob'\\''s week/policy.yaml'`,
      `'bob'\\''s week/policy.cases.yaml'`,
      `'bob'\\''s week/bindings.sh'`,
    ],
    ['-x', './-x/policy.yaml', './-x/policy.cases.yaml', './-x/bindings.sh'],
  ])('with --output=%s, the next steps name the files', async (output, policy, cases, bindings) => {
    const { stdout } = await suggest(`--output=${output}`)
    expect(stdout).toContain(`
Wrote ${policy}, ${bindings}, and ${cases}. Read them, and change what is too much or too little. Then:
  rack-gateway policy check ${policy}
  rack-gateway policy test ${cases}
  rack-gateway policy diff @in-force ${policy}
`)
  })
})

describe('policy', () => {
  test.each([
    [[], 'policy needs an action: init, check, test, diff, impact, suggest.'],
    [['explode'], 'There is no command "policy explode". Actions: init'],
    [['chek'], 'There is no command "policy chek". Did you mean policy check? See: rack-gateway help policy'],
    [
      ['check'],
      'policy check needs <file> (A policy document, or - for standard input). For example: rack-gateway policy check policy.yaml',
    ],
    [['check', 'a', '--strict'], 'policy check has no option --strict'],
  ])('%j exits with 2', async (words, sentence) => {
    const { code, stderr } = await run(...words)
    expect([code, stderr]).toEqual([2, expect.stringContaining(sentence)])
  })
})
