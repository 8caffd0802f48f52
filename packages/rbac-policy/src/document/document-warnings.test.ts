import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { readCommand } from '@rack-gateway/command-matcher'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ungrantableRoles } from '../compiled-policy/can-grant.ts'
import { compilePolicy } from '../policy/policy.ts'
import { documentHash, type PolicyDocument } from '../policy-document/policy-document.ts'
import { binding, call, moment, principal } from '../testing/calls.ts'
import { builtInPolicy, builtInText, documentWarnings, readPolicy } from './document.ts'

/** Lines below `version: 1`. */
function read(...lines: readonly string[]): PolicyDocument {
  const { document, problems } = readPolicy(['version: 1', ...lines, ''].join('\n'), 'policy.yaml')
  if (document === null) throw new Error(problems.map(({ text }) => text).join('; '))
  return document
}

const reports = 'reports: { run: "rake reports:*", roles: [deployer, admin] }'
const keepsAll = ['commands:', '  extend: built-in', '  rules:', `    ${reports}`]

describe('commands.extend: built-in', () => {
  test('adds the rules to the built-in ones, before them', () => {
    const { commands } = read(...keepsAll)
    expect(commands.map(({ id }) => id)).toEqual(['reports', ...builtInPolicy().commands.map(({ id }) => id)])
    expect(commands[0]?.source).toBe('policy.yaml:5')
  })

  test('lets a rule replace the built-in one of the same ID', () => {
    const { commands } = read(
      'commands: { extend: built-in, rules: { any-command: { run: "bin/check …", roles: [ops] } } }',
    )
    expect(commands).toHaveLength(builtInPolicy().commands.length)
    expect(commands.find(({ id }) => id === 'any-command')).toMatchObject({ services: ['command'], roles: ['ops'] })
  })

  test('names the rule of the document in a decision, even if a built-in rule allows the command too', () => {
    const ls = read('commands: { extend: built-in, rules: { ls: { run: ls, roles: [admin] } } }')
    const run = call('POST /apps/{app}/services/{service}/processes', { command: readCommand('ls', 'run') })
    expect(compilePolicy(ls).decide(principal([binding('admin')]), run).rule).toBe('command:ls')
  })

  test.each([
    ['without rules', ['commands: { extend: built-in }']],
    ['with no rule', ['commands: { extend: built-in, rules: {} }']],
  ])('%s is the built-in policy', (_, lines) => {
    expect(documentHash(read(...lines))).toBe(documentHash(builtInPolicy()))
  })

  test('without it, the rules replace the built-in ones, as before', () => {
    expect(read('commands:', '  rules:', `    ${reports}`).commands.map(({ id }) => id)).toEqual(['reports'])
    expect(read('commands: { rules: {} }').commands).toEqual([])
  })

  test('none replaces the built-in rules without a warning', () => {
    const replacing = read('commands:', '  extend: none', '  rules:', `    ${reports}`)
    expect(replacing.commands.map(({ id }) => id)).toEqual(['reports'])
    expect(documentWarnings(replacing)).toEqual([])
    expect(documentHash(replacing)).toBe(documentHash(read('commands:', '  rules:', `    ${reports}`)))
    expect(read('commands: { extend: none, rules: {} }').commands).toEqual([])
  })

  test('none without rules allows no command', () => {
    expect(read('commands: { extend: none }').commands).toEqual([])
  })

  test.each(['replace', 'true', '[built-in]'])('%s is not a value', (value) => {
    const { problems } = readPolicy(`version: 1\ncommands: { extend: ${value} }\n`, 'policy.yaml')
    expect(problems).toMatchObject([
      { line: 2, text: expect.stringMatching(/^commands.extend should be built-in \(.+ or none \(/) },
    ])
  })

  test('is suggested for extends, the word of roles', () => {
    const { problems } = readPolicy('version: 1\ncommands: { extends: built-in }\n', 'policy.yaml')
    expect(problems).toMatchObject([{ text: expect.stringContaining('did you mean extend?') }])
  })
})

describe('the warnings about dropped rules', () => {
  test.each([
    ['the built-in text', builtInText.replace('version: 1\n', '')],
    ['an empty document', ''],
    ['a document that extends', keepsAll.join('\n')],
  ])('do not exist for %s', (_, text) => {
    expect(documentWarnings(read(text))).toEqual([])
  })

  test('name each command rule that is gone, and its roles', () => {
    expect(documentWarnings(read('commands:', '  rules:', `    ${reports}`))).toEqual([
      'commands.rules replaces the built-in ones: pre-release of deployer, ci, and admin, verify-and-submit of deployer, ci, and admin, stripe-prepare of deployer, ci, and admin, rails-console of admin, migrate-and-seed of admin, and any-command of admin are gone; in commands, "extend: built-in" keeps them, and "extend: none" drops them without this warning',
    ])
  })

  test('are about roles that lose a rule: not if a rule of another name has the same terms', () => {
    const { commands } = builtInPolicy()
    const document = builtInPolicy()
    const renamed = commands.map((rule) => (rule.id === 'any-command' ? { ...rule, id: 'everything' } : rule))
    expect(documentWarnings({ ...document, commands: renamed })).toEqual([])
    const narrower = renamed.map((rule) => (rule.id === 'everything' ? { ...rule, apps: ['web'] } : rule))
    expect(documentWarnings({ ...document, commands: narrower })).toEqual([
      'commands.rules replaces the built-in ones: any-command of admin is gone; in commands, "extend: built-in" keeps it, and "extend: none" drops it without this warning',
    ])
  })

  test('name a rule that keeps its name and loses a role', () => {
    const lines = ['commands:', '  extend: built-in', '  rules: { any-command: { run: "…", roles: [ops, admin] } }']
    expect(documentWarnings(read(...lines))).toEqual([])
    const narrowed = 'commands: { extend: built-in, rules: { rails-console: { run: rails console, roles: [ops] } } }'
    expect(documentWarnings(read(narrowed))[0]).toBe(
      'the command rule rails-console replaces the built-in one, which also allows its command to admin',
    )
  })

  test.each([
    [
      'secrets: { environment: ["*PASSWORD*", "*SECRET*"] }',
      /^secrets\.environment replaces the built-in patterns: \*PASSWD\*, .+ are gone$/,
    ],
    ['commands: { services: [worker] }', /^commands\.services replaces the built-in services: command is gone$/],
    [
      'audit: { values: { sizes: { parameters: [count] } } }',
      /^audit\.values replaces the built-in rules: releases, builds, apps, files, budgets, and rack are gone$/,
    ],
    [
      'recordings: { rules: { consoles: { mode: strict, commands: ["rails console"] } } }',
      /^recordings replaces the built-in rules: every-session is gone$/,
    ],
  ])('%s', (line, sentence) => {
    expect(documentWarnings(read(line))[0]).toMatch(sentence)
  })

  test('do not exist for recordings with a rule for every session, even to record none', () => {
    expect(documentWarnings(read('recordings: { rules: { none: { mode: off } } }'))).toEqual([])
  })
})

describe('a document that people copy has no warnings', () => {
  const textOf = (path: string) => readFileSync(fileURLToPath(new URL(`../../../../${path}`, import.meta.url)), 'utf8')
  const [, begin = ''] = /```yaml\n(# policy\.yaml\n.*?)```/s.exec(textOf('docs/how-to/policy.md')) ?? []

  test.each([
    ['docs/how-to/policy.md', begin],
    ['examples/policy-tests/policy.yaml', textOf('examples/policy-tests/policy.yaml')],
    ['examples/access-requests/policy.yaml', textOf('examples/access-requests/policy.yaml')],
    ['examples/step-up-policy/policy.yaml', textOf('examples/step-up-policy/policy.yaml')],
  ])('%s', (_, text) => {
    const { document, problems } = readPolicy(text, 'policy.yaml')
    expect(problems).toEqual([])
    expect(document && documentWarnings(document)).toEqual([])
    // Else a block without the rules would be compared.
    expect(text).toMatch(/^version: 1$/m)
  })
})

describe('roles that nobody can grant', () => {
  test('are named, with the command rules that do not name admin', () => {
    const document = read(
      'roles: { shop: { extends: [deployer] }, lead: { extends: [shop] } }',
      'commands:',
      '  extend: built-in',
      '  rules:',
      '    reports: { run: "rake reports:*", roles: [shop] }',
      '    seed: { run: "rake db:seed", roles: [shop, lead] }',
    )
    const because =
      'except a user who has it, because the command rules reports and seed do not name admin; add admin to the roles of the rules'
    expect(documentWarnings(document)).toEqual([
      `nobody can grant the role shop, ${because}`,
      `nobody can grant the role lead, ${because}`,
    ])
    const wanted = { role: 'shop', racks: '*', apps: '*', until: null }
    const policy = compilePolicy(document)
    expect(policy.canGrant(principal([binding('admin')]), wanted, moment())?.reason).toContain('command rule reports')
    expect(policy.canGrant(principal([binding('shop')]), wanted, moment())).toBeNull()
  })

  test('do not include roles whose rules name a role that admin extends', () => {
    const document = read(
      'roles: { operator: {}, admin: { extends: [operator], permissions: ["*"] } }',
      'commands: { extend: built-in, rules: { check: { run: bin/check, roles: [operator, ops] } } }',
    )
    expect(documentWarnings(document)).toEqual([])
  })

  /** Users who begin with `admin`, and get every role that they can grant. */
  function rolesByBindings(document: PolicyDocument): string[] {
    const policy = compilePolicy(document)
    const held = new Set(['admin'])
    for (let before = 0; before < held.size; ) {
      before = held.size
      const granter = principal([...held].map((role) => binding(role)))
      for (const { name: role } of document.roles)
        if (policy.canGrant(granter, { role, racks: '*', apps: '*', until: null }, moment()) === null) held.add(role)
    }
    return document.roles.map(({ name }) => name).filter((name) => !held.has(name))
  }

  test('are exactly the roles that no user gets who begins as an administrator', () => {
    const names = ['a', 'b', 'c', 'd'] as const
    const someNames = fc.subarray([...names], { minLength: 1 })
    const roles = fc.tuple(...names.map((_, at) => fc.tuple(fc.subarray(names.slice(0, at)), fc.boolean())))
    const rules = fc.array(fc.tuple(someNames, fc.boolean()), { maxLength: 6 })
    fc.assert(
      fc.property(roles, rules, fc.subarray(['a', 'b']), (written, listed, adminExtends) => {
        const document = read(
          'roles:',
          ...written.map(([extended, isConditional], at) => {
            const when = isConditional ? ', when: { callers: [user] }' : ''
            return `  ${names[at]}: { extends: [${extended.join(', ')}], permissions: [app:read]${when} }`
          }),
          // A base with a condition would give admin the condition too, which is not valid.
          `  admin: { extends: [${adminExtends.filter((name) => !hasCondition(written, names.indexOf(name as 'a'))).join(', ')}], permissions: ["*"] }`,
          'commands:',
          '  rules:',
          '    none: { run: "true", roles: [admin] }',
          ...listed.map(([named, isForAdmin], at) => {
            const all = isForAdmin ? [...named, 'admin'] : named
            return `    rule-${at}: { run: "command-${at}", roles: [${all.join(', ')}] }`
          }),
        )
        expect(ungrantableRoles(document).map(({ role }) => role)).toEqual(rolesByBindings(document))
      }),
    )
  })

  /** Whether a role, or a role that it extends, has a condition. */
  function hasCondition(written: readonly (readonly [readonly string[], boolean])[], at: number): boolean {
    const [extended = [], isConditional = false] = written[at] ?? []
    return isConditional || extended.some((name) => hasCondition(written, ['a', 'b', 'c', 'd'].indexOf(name)))
  }
})
