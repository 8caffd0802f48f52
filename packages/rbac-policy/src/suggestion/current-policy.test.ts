import { describe, expect, test } from 'vitest'
import { documentWarnings, readPolicy } from '../document/document.ts'
import type { CurrentAccess, CurrentBinding } from '../simulation/current-access.ts'
import type { RecordedCall } from '../simulation/recorded-call.ts'
import { type SuggestionContext, studySuggestion } from './suggest-policy.ts'
import { uuidOf } from './testing/recorded-week.ts'

const ada = { kind: 'user', id: uuidOf(1), name: 'ada@example.com' }
const root = { kind: 'user', id: uuidOf(2), name: 'root@example.com' }

function documentOf(text: string) {
  const { document, problems } = readPolicy(text, 'policy.yaml')
  if (document === null) throw new Error(problems.map((problem) => problem.text).join('; '))
  return document
}

function suggest(text: string, calls: readonly RecordedCall[], context: SuggestionContext = {}) {
  const study = studySuggestion(documentOf(text), { text, ...context })
  for (const call of calls) study.add(call)
  return study.result()
}

const none = { query: [], form: [], headers: [] }

function call(principal: RecordedCall['principal'], details: Partial<RecordedCall> = {}): RecordedCall {
  return {
    at: '2026-11-30T12:00:00.000Z',
    principal,
    rack: 'staging',
    app: 'web',
    route: 'POST /apps/{app}/services/{service}/restart',
    path: '/apps/web/services/web/restart',
    status: 200,
    parameters: none,
    decision: { effect: 'allow', rule: 'observe-mode' },
    ...details,
  }
}

function run(principal: RecordedCall['principal'], words: string, details: Partial<RecordedCall> = {}): RecordedCall {
  return call(principal, {
    route: 'POST /apps/{app}/services/{service}/processes',
    path: '/apps/web/services/command/processes',
    service: 'command',
    command: words.split(' '),
    parameters: { ...none, headers: ['command'] },
    ...details,
  })
}

function binding(
  number: number,
  { id }: { readonly id: string },
  role: string,
  change: Partial<CurrentBinding> = {},
): CurrentBinding {
  return {
    id: uuidOf(5_000 + number),
    subject: { kind: 'user', id },
    group: null,
    role,
    permissions: null,
    racks: '*',
    apps: '*',
    expiresAt: null,
    reason: null,
    ...change,
  }
}

function accessWith(bindings: readonly CurrentBinding[], suspended: readonly string[] = []): CurrentAccess {
  const ids = new Map(bindings.map(({ subject }) => [subject.id, subject.kind]))
  const subjects = [...ids].map(([id, kind]) => ({
    kind,
    id,
    name: names.get(id) ?? id,
    suspended: suspended.includes(id),
  }))
  return { bindings, subjects, complete: true }
}

const names = new Map([ada, root].map(({ id, name }) => [id, name]))

/** The commands of a script, without comments. */
function commandsOf({ bindings }: { readonly bindings: string }): string[] {
  return bindings.split('\n').filter((line) => line.startsWith('rack-gateway'))
}

const builtIn = 'version: 1\n'

describe('the policy in force', () => {
  const text = `version: 1
roles:
  on-call: { extends: [ops], when: { addresses: [10.0.0.0/8] } }
  people: { extends: [deployer], permissions: [gateway:user:write] }
  unused: { permissions: [app:list] }
commands:
  services: [command, tasks]
  extend: built-in
  rules:
    migrate: { run: "rake db:migrate|db:seed", roles: [ops, on-call, admin] }
    anything: { run: "…", services: ["*"], roles: [ops, admin] }
    shell: { run: "bash -c …", roles: [ops, admin] }
blocked:
  DELETE /apps/{app}: { reason: Nobody deletes apps. }
protected: { environment: [DATABASE_URL] }
`
  const onCall = { ...ada, roles: ['on-call'] }
  const migrate = run(onCall, 'rake db:migrate', { decision: { effect: 'allow', rule: 'command:migrate' } })

  test('is kept, with a comment on the use of each role and command rule', () => {
    const { policy, summary } = suggest(text, [call(onCall), migrate])
    const document = documentOf(policy)
    const current = documentOf(text)
    expect(documentWarnings(document)).toEqual([])
    for (const name of ['on-call', 'people', 'unused']) {
      const role = (roles: typeof document.roles) => {
        const { source: _, ...rest } = roles.find((one) => one.name === name) ?? { source: '' }
        return rest
      }
      expect(role(document.roles)).toEqual(role(current.roles))
    }
    expect(policy).toMatch(/# In force: kept as it is\. Its holders made 2 calls.*\n {2}on-call:/)
    expect(policy).toMatch(/# In force: kept as it is\. No recorded call used it, .*\n {2}unused:/)
    expect(policy).toMatch(/# In force: kept as it is\. Its holders made 1 call.*\n {4}migrate:/)
    expect(document.blocked).toContainEqual(expect.objectContaining({ route: 'DELETE /apps/{app}' }))
    expect(document.protectedKeys).toEqual(['DATABASE_URL'])
    expect(document.runServices).toEqual(['command', 'tasks'])
    expect(summary).toContain('kept from the policy in force: 3 roles and 1 command rule')
  })

  test('a rule that allows any command is not kept, and the files say so', () => {
    const { policy, summary } = suggest(text, [migrate])
    const open = documentOf(policy).commands.filter(({ argv }) =>
      argv.some((one) => typeof one === 'object' && 'rest' in one),
    )
    expect(open.map(({ id, roles }) => [id, roles])).toEqual([['any-command', ['admin']]])
    expect(policy).toContain('# Not kept: the rule "anything" in force, because it allows any command.')
    expect(summary).toContain('not kept, because it allows any command: the command rule shell')
  })

  test('a custom role is suggested only to those who had it, and a command that a kept rule allows needs no rule', () => {
    const bob = { kind: 'user', id: uuidOf(3), name: 'bob@example.com', roles: ['viewer'] }
    const files = suggest(text, [call(onCall), migrate, call(bob)])
    expect(commandsOf(files)).toEqual([
      'rack-gateway bindings create --if-missing on-call --user ada@example.com --racks staging --apps web',
      'rack-gateway bindings create --if-missing ops --user bob@example.com --racks staging --apps web',
    ])
    expect(files.policy).not.toContain('run-rake')
    expect(files.denied).toBe(0)
  })

  test('a role that can change the gateway, or read secrets, is never suggested', () => {
    const manager = { ...ada, roles: ['manager'] }
    for (const permission of ['gateway:user:write', 'gateway:audit:read', 'secret:read', 'service:scale']) {
      const own = `version: 1\nroles: { manager: { permissions: ["service:restart", "${permission}"] } }\n`
      const isSuggested = commandsOf(suggest(own, [call(manager)]))
        .join()
        .includes(' manager ')
      expect([permission, isSuggested]).toEqual([permission, permission === 'service:scale'])
    }
  })

  test('a role of one deletion is not suggested to somebody who did not delete', () => {
    const deleting = 'version: 1\nroles: { cleaner: { permissions: ["service:restart", "app:delete", "app:read"] } }\n'
    const cleaner = { ...ada, roles: ['cleaner'] }
    expect(commandsOf(suggest(deleting, [call(cleaner)])).join()).not.toContain('cleaner')
    const gone = call(cleaner, { route: 'DELETE /apps/{app}', path: '/apps/web' })
    expect(commandsOf(suggest(deleting, [call(cleaner), gone])).join()).toContain('cleaner')
  })
})

describe('bindings.sh', () => {
  const restart = call({ ...ada, roles: ['deployer'] })

  test('deletes broader bindings after it has created the new ones, and says so at its top', () => {
    const access = accessWith([binding(1, ada, 'deployer', { reason: 'given by DEFAULT_ROLE' })])
    const files = suggest(builtIn, [restart], { access })
    expect(commandsOf(files)).toEqual([
      'rack-gateway bindings create --if-missing ops --user ada@example.com --racks staging --apps web',
      `rack-gateway bindings delete --if-exists ${uuidOf(5_001)} --yes`,
    ])
    expect(files.bindings.split('\n').slice(0, 5).join('\n')).toContain('At its end, it deletes bindings')
    expect(files.bindings).toContain('# Some are from DEFAULT_ROLE. Change this variable too')
  })

  test('neither creates nor deletes a binding that is as suggested', () => {
    const same = binding(1, ada, 'ops', { racks: 'staging', apps: 'web' })
    const files = suggest(builtIn, [restart], { access: accessWith([same]) })
    expect(commandsOf(files)).toEqual([])
    expect(files.bindings).toContain('# It has the role ops on staging already: web')
  })

  test('leaves everything to those who can change the gateway, also through a group', () => {
    const bindings = [
      binding(1, root, 'admin'),
      binding(2, root, 'deployer'),
      binding(3, ada, 'admin', { group: 'admins' }),
      binding(4, ada, 'deployer'),
    ]
    const calls = [restart, call({ ...root, roles: ['admin', 'deployer'] })]
    const files = suggest(builtIn, calls, { access: accessWith(bindings) })
    expect(commandsOf(files)).toEqual([])
    expect(files.bindings).toContain('# Kept, because their holders can change the gateway:')
    expect(files.bindings).not.toContain(`delete ${uuidOf(5_001)}`)
    expect(files.denied).toBe(0)
  })

  test('deletes no binding of a group, of CI jobs, of unused accounts, or with permissions in the gateway', () => {
    const text = 'version: 1\nroles: { lead: { extends: [deployer, auditor] } }\n'
    const other = { id: uuidOf(9) }
    const bindings = [
      binding(1, ada, 'deployer', { group: 'dev#\n$(evil)' }),
      binding(2, ada, 'lead'),
      binding(3, other, 'deployer'),
      binding(4, other, 'ci', { subject: { kind: 'trust', id: uuidOf(10) } }),
      binding(5, ada, 'auditor'),
    ]
    const files = suggest(text, [restart], { access: accessWith(bindings) })
    expect(commandsOf(files)).toEqual([
      'rack-gateway bindings create --if-missing ops --user ada@example.com --racks staging --apps web',
    ])
    for (const number of [1, 2, 3, 4])
      expect(files.bindings).toContain(`# rack-gateway bindings delete --if-exists ${uuidOf(5_000 + number)}`)
    expect(files.bindings).not.toContain(uuidOf(5_005))
    expect(files.bindings).not.toContain('evil')
  })

  test('of one rack, it deletes no binding that also concerns other racks', () => {
    const bindings = [binding(1, ada, 'deployer'), binding(2, ada, 'deployer', { racks: 'staging' })]
    const files = suggest(builtIn, [restart], { access: accessWith(bindings), rack: 'staging' })
    expect(commandsOf(files).at(-1)).toBe(`rack-gateway bindings delete --if-exists ${uuidOf(5_002)} --yes`)
    expect(files.bindings).toContain(`# rack-gateway bindings delete --if-exists ${uuidOf(5_001)} --yes`)
  })

  test('keeps bindings that allow only viewing, because observe mode needs a role on a rack', () => {
    const text = 'version: 1\nroles: { wide: { extends: [viewer], permissions: [app:delete] } }\n'
    const bindings = [binding(1, ada, 'viewer'), binding(2, ada, 'wide')]
    const files = suggest(text, [restart], { access: accessWith(bindings) })
    expect(files.bindings).toContain('# Kept, because they allow only what a viewer can read.')
    expect(files.bindings).toContain(`# rack-gateway bindings delete --if-exists ${uuidOf(5_001)} --yes`)
    expect(commandsOf(files).at(-1)).toBe(`rack-gateway bindings delete --if-exists ${uuidOf(5_002)} --yes`)
  })

  test('has only comments for locked users and for subjects that no longer exist', () => {
    const bindings = [binding(1, ada, 'deployer')]
    const locked = suggest(builtIn, [restart], { access: accessWith(bindings, [ada.id]) })
    expect([commandsOf(locked), locked.bindings]).toEqual([[], expect.stringContaining('# It is locked or disabled')])
    const gone = suggest(builtIn, [restart], { access: accessWith([]) })
    expect([commandsOf(gone), gone.bindings]).toEqual([[], expect.stringContaining('# It no longer exists')])
  })

  test('says what it does for CI jobs', () => {
    const trust = { id: uuidOf(10), name: 'deploys', subject: 'repo:x' }
    const job = { kind: 'workload', id: uuidOf(11), name: 'job', trust, roles: ['ci'] }
    const bindings = [binding(1, trust, 'ci', { subject: { kind: 'trust', id: trust.id } })]
    const files = suggest(builtIn, [run(job, 'bin/release')], { access: accessWith(bindings) })
    expect(files.bindings).toContain('# CI jobs: observe mode does not apply to them')
    expect(commandsOf(files)).toContain(
      'rack-gateway bindings create --if-missing commands-1 --trust deploys --racks staging --apps web',
    )
  })

  test('names a subject by its ID if another subject has its recorded name', () => {
    const access = accessWith([binding(1, ada, 'deployer')])
    const other = { kind: 'user', id: uuidOf(77), name: 'Ada@example.com', suspended: false }
    const files = suggest(builtIn, [restart], { access: { ...access, subjects: [...access.subjects, other] } })
    expect(commandsOf(files)[0]).toContain(`--user ${ada.id} `)
  })

  test('deletes nothing if not every binding is known', () => {
    const access = { ...accessWith([binding(1, ada, 'deployer')]), complete: false }
    expect(commandsOf(suggest(builtIn, [restart], { access })).join()).not.toContain('delete')
  })
})

describe('an account that makes many calls', () => {
  const mallory = { kind: 'user', id: uuidOf(666), name: 'mallory@example.com', roles: ['viewer'] }
  const bob = { kind: 'user', id: uuidOf(3), name: 'bob@example.com', roles: ['viewer'] }

  test('does not turn a word of another account into a type', () => {
    const calls = ['1', '2', '3'].map((number) => run(mallory, `rake users:export ${number}`))
    const rules = documentOf(suggest(builtIn, [...calls, run(bob, 'rake users:export 7')]).policy).commands
    const of = (word: unknown) => rules.filter(({ argv }) => JSON.stringify(argv.at(2)) === JSON.stringify(word))
    expect(of('7')).toHaveLength(1)
    const [own] = of('7')
    const [typed] = rules.filter(({ argv }) => typeof argv[2] === 'object')
    expect(own?.roles).not.toEqual(typed?.roles)
  })

  test('keeps little of long and of different calls, and leaves the calls of other accounts', () => {
    const study = studySuggestion(documentOf(builtIn))
    study.add(run(bob, 'rake db:migrate'))
    for (let number = 0; number < 5_000; number++)
      study.add(run(mallory, `${'x'.repeat(3_000)}-${number}`, { source: { address: 'y'.repeat(3_000) } }))
    const { policy, summary } = study.result()
    expect(policy).toContain('run: "rake db:migrate"')
    expect(policy.length).toBeLessThan(10_000)
    expect(summary.join()).toMatch(/left out: 4[3-9]\d{2} calls that are of accounts with too many different calls/)
  })
})
