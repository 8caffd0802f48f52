import { describe, expect, test } from 'vitest'
import { readCases, runCases } from '../cases/index.ts'
import { builtInPolicy, documentWarnings, readPolicy } from '../document/document.ts'
import type { Binding, Principal } from '../model/types.ts'
import { compilePolicy } from '../policy/policy.ts'
import type { PolicyDocument } from '../policy-document/policy-document.ts'
import { createCallers, type RecordedCall, toReplayedCall } from '../simulation/recorded-call.ts'
import { studySuggestion } from './suggest-policy.ts'
import { recordedWeek, uuidOf, type WeekCall } from './testing/recorded-week.ts'
import { unmadeCalls } from './testing/unmade-calls.ts'

function suggest(recorded: readonly (RecordedCall | null)[]) {
  const study = studySuggestion(builtInPolicy())
  for (const one of recorded) study.add(one)
  return study.result()
}

function documentOf(text: string): PolicyDocument {
  const { document, problems } = readPolicy(text, 'policy.yaml')
  if (document === null) throw new Error(problems.map((problem) => problem.text).join('; '))
  return document
}

/** The bindings that the script creates, by its subject as it is named there. */
function bindingsIn(script: string): ReadonlyMap<string, Binding[]> {
  const found = new Map<string, Binding[]>()
  for (const line of script.split('\n').filter((text) => text !== '' && !text.startsWith('#') && text !== 'set -e')) {
    const parts =
      /^rack-gateway bindings create --if-missing ([a-z0-9-]+) --(user|service-account|trust|token) (\S+) --racks ([a-z0-9-]+) --apps ('\*'|[a-z0-9,-]+)$/.exec(
        line,
      )
    if (parts === null) throw new Error(`not a command: ${line}`)
    const [, role = '', , subject = '', rack = '', list = ''] = parts
    const own = list
      .replaceAll("'", '')
      .split(',')
      .map((app) => ({ id: role, role, racks: rack, apps: app, expiresAt: null }))
    found.set(subject, [...(found.get(subject) ?? []), ...own])
  }
  return found
}

type Suggested = ReturnType<typeof suggest>

/** Decides with the files as a gateway that enforces them. */
function enforce({ policy: text, bindings: script }: Suggested) {
  const policy = compilePolicy(documentOf(text))
  const bindings = bindingsIn(script)
  const callers = createCallers()
  return function decide({ recorded, own }: Omit<WeekCall, 'mistake'>) {
    const replayed = toReplayedCall(recorded, callers)
    if (replayed === null) throw new Error(`not a call: ${recorded.route}`)
    const { principal, call } = replayed
    const { id, name, owner, roles = [] } = recorded.principal
    const held = [...(bindings.get(name) ?? []), ...(bindings.get(id) ?? [])]
    const kept =
      owner === undefined ? [] : roles.map((role) => ({ id: role, role, racks: '*', apps: '*', expiresAt: null }))
    const applied: Principal = {
      ...principal,
      bindings: [...kept, ...held],
      owner: principal.owner && { ...principal.owner, bindings: bindings.get(owner?.name ?? '') ?? [] },
    }
    const process = call.process && { ...call.process, own }
    return policy.decide(applied, { ...call, process })
  }
}

const week = recordedWeek(42)
const suggested = suggest(week.calls.map(({ recorded }) => recorded))

describe('the suggestion for a recorded week', () => {
  test('denies none of its calls but the mistakes', () => {
    const decide = enforce(suggested)
    const denied = week.calls.filter((one) => !one.mistake && decide(one).effect !== 'allow')
    expect(denied.map(({ recorded }) => recorded)).toEqual([])
    expect(week.calls.filter(({ mistake }) => mistake).length).toBeGreaterThan(10)
    expect(week.calls.length).toBeGreaterThan(1_500)
  })

  test('denies at least nine of ten calls that nobody made', () => {
    const decide = enforce(suggested)
    const unmade = unmadeCalls(week)
    const denied = unmade.filter((recorded) => decide({ recorded, own: false }).effect === 'deny')
    const share = denied.length / unmade.length
    expect({ calls: unmade.length, isEnough: share >= 0.9, share }).toMatchObject({ isEnough: true })
    expect(unmade.length).toBeGreaterThan(4_000)
  })

  test('has no permission of the gateway, no secrets, no any-command, and no deletion that its holders did not make', () => {
    const document = documentOf(suggested.policy)
    const given = new Set([...bindingsIn(suggested.bindings).values()].flat().map(({ role }) => role))
    expect([...given]).not.toContain('admin')
    for (const name of given) {
      const { permissions = [] } = document.roles.find((role) => role.name === name) ?? {}
      expect(permissions.length).toBeGreaterThan(0)
      expect(permissions.filter((one) => /^gateway:(?!self:|policy:read|health:read)|^secret:|\*/.test(one))).toEqual(
        [],
      )
      const deletions = permissions.filter((one) => one.endsWith(':delete'))
      if (deletions.length === 0) continue
      const holders = [...bindingsIn(suggested.bindings)].filter(([, own]) => own.some(({ role }) => role === name))
      for (const [holder] of holders)
        expect(
          week.calls.some(
            ({ recorded }) => recorded.principal.name === holder && recorded.route === 'DELETE /apps/{app}',
          ),
        ).toBe(true)
    }
    const open = document.commands.filter(({ argv }) => argv.some((word) => typeof word === 'object' && 'rest' in word))
    expect(open.map(({ id, roles }) => [id, roles])).toEqual([['any-command', ['admin']]])
  })

  test('is the same for the same calls in another order', () => {
    expect(suggest(week.calls.map(({ recorded }) => recorded).reverse())).toEqual(suggested)
  })

  test('has cases that its own document passes', () => {
    const document = documentOf(suggested.policy)
    expect(documentWarnings(document)).toEqual([])
    const file = readCases(suggested.cases)
    if ('problems' in file) throw new Error(file.problems[0].text)
    const { cases, problems } = file.checkAgainst(document)
    expect(problems).toEqual([])
    const { evaluations } = runCases(document, cases ?? [])
    // Without any-command, and the rule of the API token of the pipeline.
    expect(evaluations.filter(({ effect }) => effect === 'allow').length).toBe(document.commands.length - 2)
    expect(evaluations.filter(({ effect }) => effect === 'deny').length).toBeGreaterThanOrEqual(50)
    expect(evaluations.map(({ decisions }) => decisions[0]?.rule)).not.toContain('ambiguous-parameters')
    expect(evaluations.filter(({ passed }) => !passed)).toEqual([])
  })

  test('replaces numbers by a type, and suggests a second factor only in comments', () => {
    expect(suggested.policy).toContain('run: "rake users:export <number:integer>"')
    expect(suggested.policy).toContain('#     production-promotes:')
    expect(documentOf(suggested.policy).stepUp.rules).toEqual([])
    expect(suggested.policy).toContain('env API_TOKEN=[hidden] rake sync')
  })
})

const mallory = { kind: 'user', id: uuidOf(666), name: 'mallory@example.com', roles: ['viewer'] }
const ada = { kind: 'user', id: uuidOf(1), name: 'ada@example.com', roles: ['viewer'] }

function run(
  principal: RecordedCall['principal'],
  words: readonly string[],
  details: Partial<RecordedCall> = {},
): RecordedCall {
  return {
    at: '2026-11-30T12:00:00.000Z',
    principal,
    rack: 'staging',
    app: 'web',
    route: 'POST /apps/{app}/services/{service}/processes',
    path: '/apps/web/services/command/processes',
    service: 'command',
    command: words,
    status: 200,
    parameters: { query: [], form: [], headers: ['command'] },
    decision: { effect: 'allow', rule: 'observe-mode' },
    ...details,
  }
}

/** The lines of the files that concern ada: her bindings, and the roles and rules that they name. */
function accessOf(files: Suggested, name: string) {
  const document = documentOf(files.policy)
  const own = bindingsIn(files.bindings).get(name) ?? []
  const roles = own.map(({ role, racks: rack, apps: app }) => ({
    rack,
    app,
    permissions: document.roles.find((one) => one.name === role)?.permissions,
    rules: document.commands
      .filter((rule) => rule.roles.includes(role))
      .map(({ argv, services, apps: ofApps, racks: ofRacks, modes }) => ({ argv, services, ofApps, ofRacks, modes })),
  }))
  return roles.map((role) => JSON.stringify(role)).sort()
}

describe('an attacker who made many calls', () => {
  const honest = [
    // Two values: without the attacker, no word of a type.
    run(ada, ['rake', 'users:export', '1']),
    run(ada, ['rake', 'db:migrate']),
    run({ ...ada, id: uuidOf(2), name: 'bob@example.com' }, ['rake', 'users:export', '3']),
  ]
  const poisoned: readonly (readonly string[])[] = [
    ['x', 'y\nroles: {evil: {permissions: ["*"]}}'],
    ['x', '# \u2028evil'],
    ['x', '"]\n    evil: { run: "…", roles: [viewer] }'],
    ['x', "'; rm -rf /"],
    ['x', '\u001b[2J\u202e'],
    ['…'],
    ['...'],
    ['x', '<any:word>'],
    ['x', 'a|b', 'reports:*'],
    ['$(evil)', '`evil`'],
    ['rake', 'db:migrate', ''],
    ['x', '&evil', '*evil', '!!js/function', '%evil', '---', '{{ evil }}', '|', '>', '? evil'],
    ['x', '\u200bevil', '\u2066evil', '\ufeffevil', '\u2029evil', '\r', '\u0085'],
    ['true'],
    ['null'],
    ['0x10'],
    ['1e3'],
    ['*'],
    ['x', '*'],
    ['<user:integer>'],
    ['x', '<user:integer>'],
    ['evil'.repeat(5_000)],
  ]

  test('changes nothing for others', () => {
    const calls = [
      ...honest,
      ...poisoned.flatMap((words) => [run(mallory, words), run(mallory, words)]),
      ...Array.from({ length: 500 }, (_, number) => run(mallory, ['rake', 'users:export', String(number)])),
      ...Array.from({ length: 3_000 }, (_, number) => run(mallory, [`evil-${number}`])),
      ...Array.from({ length: 50 }, () => run(mallory, ['rake', 'db:migrate'])),
      run(mallory, ['rake', 'db:migrate'], { app: 'billing', path: '/apps/billing/services/command/processes' }),
    ]
    const before = suggest(honest)
    const after = suggest(calls)
    expect(accessOf(after, ada.name)).toEqual(accessOf(before, ada.name))
    expect(accessOf(after, 'bob@example.com')).toEqual(accessOf(before, 'bob@example.com'))
    const rules = documentOf(after.policy).commands.filter(({ id }) => id.startsWith('run-evil'))
    expect(rules.length).toBeLessThanOrEqual(100)
    expect(rules.length).toBeGreaterThan(0)
    expect(after.policy.length).toBeLessThan(200_000)
    expect(after.cases.length).toBeLessThan(1_000_000)
  })

  test('cannot write structure, commands, lines, or terminal escapes', () => {
    const names = [
      'evil\nroles: {}',
      '$(evil)',
      "o'evil@example.com",
      '--user=admin@example.com',
      uuidOf(1),
      '\u001b[2Jevil',
      '#evil',
      'admin',
      'viewer',
      'true',
      'null',
      '1e3',
      '*',
      '~',
      '&evil',
      '!!evil',
      '--- evil',
      '{{ evil }}',
      '`evil`',
      '\u202eevil@example.com',
      '\u200bevil@example.com',
      'evil\u2028x',
      'evil'.repeat(3_000),
      "'*'",
    ]
    const callers = names.map((name, at) => ({ ...mallory, id: uuidOf(700 + at), name }))
    const owned = names.map((name, at) => ({
      kind: 'api-token',
      id: uuidOf(800 + at),
      name,
      owner: { kind: 'user', id: ada.id, name: ada.name },
      roles: ['ci'],
    }))
    const files = suggest([
      ...honest,
      ...[...callers, ...owned].flatMap((caller) => poisoned.map((words) => run(caller, words))),
      ...callers.map((caller) => run(caller, ['x'], { app: '*', path: '/apps/*/services/command/processes' })),
      ...callers.map((caller) => run(caller, ['x'], { service: '*', path: '/apps/web/services/*/processes' })),
      ...callers.map((caller) => run(caller, ['x'], { environment: ['A', '*', 'B\n#evil'] })),
    ])
    const all = [files.policy, files.bindings, files.cases, files.summary.join('\n')].join('\n')
    expect(all).not.toMatch(/[^\n\x20-\x7e…]/)
    expect(files.bindings).not.toMatch(/evil|\$|`|;/)
    bindingsIn(files.bindings)
    const document = documentOf(files.policy)
    expect(document.roles.map(({ name }) => name).filter((name) => name.includes('evil'))).toEqual([])
    const loose = document.commands.flatMap(({ id, argv }) =>
      argv.some((word) => typeof word === 'object' && !('type' in word && word.type === 'integer')) ? [id] : [],
    )
    expect(loose).toEqual(['any-command'])
    const given = bindingsIn(files.bindings).get(ada.name) ?? []
    expect(given.map(({ apps: app }) => app)).not.toContain('*')
  })
})

test('a word that may be a secret is not written, and a denied, failed, or hidden call is no basis', () => {
  const files = suggest([
    run(ada, ['rake', 'db:migrate']),
    run(ada, ['deploy', 'ghx0A1b2C3d4E5f6G7h8I9j0']),
    run(ada, ['deploy', '[hidden]'], { hidden: ['command'] }),
    run(ada, ['denied'], { decision: { effect: 'deny', rule: 'no-permission' } }),
    run(ada, ['unfound'], { status: 404 }),
    null,
  ])
  expect(JSON.stringify(files)).not.toMatch(/ghx0A1b2|"denied\\|unfound/)
  expect(documentOf(files.policy).commands.map(({ id }) => id)).toEqual(['run-rake-db-migrate', 'any-command'])
  expect(files.summary).toContain('  no rule was written for 1 command with what may be a secret')
  expect(files).toMatchObject({ calls: 6, denied: 1 })
})

test('a call under the grant of an access request is no basis, because the grant ends by itself', () => {
  const grant = '0197f0a0-0000-7000-8000-00000000000a'
  const files = suggest([
    run(ada, ['rake', 'db:migrate']),
    run(ada, ['rake', 'db:seed'], { decision: { effect: 'allow', rule: 'command:seed', grant } }),
  ])
  expect(JSON.stringify(files)).not.toContain('seed')
  expect(files.summary).toContain(
    '  left out: 1 call that were allowed by the grant of an access request, which ends by itself',
  )
  expect(files).toMatchObject({ calls: 2, denied: 0 })
})

test('for a token, its command rule is bound to the token, and its permissions to its owner', () => {
  const owner = { kind: 'service-account', id: uuidOf(900), name: 'deploys' }
  const token = { kind: 'api-token', id: uuidOf(901), name: 'token:ci (deploys)', owner, roles: ['ci'] }
  const bindings = bindingsIn(suggest([run(token, ['bin/pre_release'])]).bindings)
  expect(bindings.get('deploys')?.map(({ role }) => role)).toEqual(['ci'])
  expect(bindings.get(uuidOf(901))?.map(({ role }) => role)).toEqual(['commands-1'])
})
