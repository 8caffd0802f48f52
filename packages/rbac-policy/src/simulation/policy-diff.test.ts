import { describe, expect, test } from 'vitest'
import { builtInPolicy, readPolicy } from '../document.ts'
import type { PolicyDocument } from '../policy-document.ts'
import { diffPolicies, type PolicyChange } from './policy-diff.ts'

const before = builtInPolicy()

function written(...lines: readonly string[]): PolicyDocument {
  const { document, problems } = readPolicy(['version: 1', ...lines, ''].join('\n'), 'policy.yaml')
  if (document === null) throw new Error(problems.map(({ text }) => text).join('; '))
  return document
}

function changes(...lines: readonly string[]): PolicyChange[] {
  return diffPolicies(before, written(...lines))
}

describe('what changes between two documents', () => {
  test('is nothing between a document and itself, or another way to write it', () => {
    expect(changes()).toEqual([])
    expect(
      changes(
        'commands:',
        '  rules:',
        '    everything: { run: ..., services: ["*"], roles: [admin] }',
        '    first: { run: bin/pre_release, roles: [ci, deployer] }',
        '    second: { run: rake stripe:prepare, roles: [deployer, ci] }',
        '    third: { run: run_as_deploy rake checks:verify_dns checks:generate_test_submission, roles: [deployer, ci] }',
      ),
    ).toEqual([])
  })

  test('is told by role and permission, implied ones included', () => {
    expect(changes('roles:', '  viewer: { extends: [viewer], permissions: [process:run] }')).toEqual([
      { effect: 'permits', role: 'viewer', what: 'process:stop-own' },
      { effect: 'permits', role: 'viewer', what: 'process:run' },
      { effect: 'permits', role: 'viewer', what: 'process:exec-own' },
    ])
    expect(diffPolicies(written('roles:', '  viewer: { extends: [viewer], permissions: [env:read] }'), before)).toEqual(
      [{ effect: 'refuses', role: 'viewer', what: 'env:read' }],
    )
  })

  test('is told by role and command', () => {
    const rules = changes(
      'commands:',
      '  rules:',
      '    pre-release: { run: bin/pre_release, roles: [deployer, admin] }',
      '    export: { run: export <user:integer>, services: [command, jobs], roles: [ops] }',
      '    any-command: { run: …, services: ["*"], roles: [admin] }',
    )
    expect(rules).toEqual(
      expect.arrayContaining([
        { effect: 'refuses', role: 'ci', what: 'run "bin/pre_release" on the service command' },
        { effect: 'refuses', role: 'deployer', what: 'run "rake stripe:prepare" on the service command' },
        { effect: 'permits', role: 'ops', what: 'run "export <user:integer>" on the service command' },
      ]),
    )
    expect(rules.filter(({ role }) => role === 'admin')).toEqual([])
    expect(rules.filter(({ what }) => what.includes('jobs'))).toEqual([])
  })

  test('is told of choices one by one', () => {
    const rules = before.commands.map((rule) =>
      rule.id === 'migrate-and-seed'
        ? { ...rule, roles: ['admin', 'ops'], argv: ['rake', ['db:migrate', 'db:rollback']] }
        : rule,
    )
    expect(diffPolicies(before, { ...before, commands: rules })).toEqual([
      { effect: 'permits', role: 'ops', what: 'run "rake db:migrate" on the service command' },
      { effect: 'permits', role: 'ops', what: 'run "rake db:rollback" on the service command' },
    ])
  })

  test('names roles that come and go, and what they hold under', () => {
    const shift = 'when: { callers: [user] }'
    expect(changes('roles:', '  new-one: {}')).toEqual([
      { effect: 'changes', role: 'new-one', what: 'the role is new' },
    ])
    expect(diffPolicies(written('roles:', '  old-one: {}'), before)).toEqual([
      { effect: 'refuses', role: 'old-one', what: 'the role is gone: bindings to it give nothing' },
    ])
    expect(changes('roles:', `  ops: { extends: [ops], ${shift} }`)).toEqual([
      { effect: 'refuses', role: 'ops', what: 'it holds only under conditions: [{"callers":["user"]}]' },
    ])
  })

  test('names what narrows a rule, what is blocked, and names', () => {
    expect(
      changes(
        'blocked:',
        '  DELETE /apps/{app}: { reason: No. }',
        'unblocked: [PUT /system]',
        'protected: { environment: [DB_*] }',
        'proxy: { hosts: [db.internal] }',
      ),
    ).toEqual([
      { effect: 'refuses', role: null, what: 'DELETE /apps/{app} is blocked' },
      { effect: 'permits', role: null, what: 'PUT /system is not blocked' },
      { effect: 'refuses', role: null, what: 'DB_* is among the protected environment keys' },
      { effect: 'permits', role: null, what: 'db.internal is among the hosts for proxies' },
    ])
    const narrow = before.commands.map((rule) => (rule.id === 'pre-release' ? { ...rule, apps: ['web'] } : rule))
    expect(diffPolicies(before, { ...before, commands: narrow })).toEqual([
      { effect: 'changes', role: null, what: 'the command rule pre-release: apps is ["web"]' },
    ])
  })
})
