import { readCommand } from '@rack-gateway/command-matcher'
import { describe, expect, test } from 'vitest'
import { builtInPolicy } from '../document/document.ts'
import type { RackCall } from '../model/types.ts'
import { compilePolicy } from '../policy/policy.ts'
import { binding, call, principal } from '../testing/calls.ts'

const policy = compilePolicy(builtInPolicy())
const run = 'POST /apps/{app}/services/{service}/processes'
const exec = 'WS /apps/{app}/processes/{pid}/exec'
const release = ['deployer', 'ci', 'admin']

function as(role: string, route: string, change: Partial<RackCall> = {}) {
  return policy.decide(principal([binding(role)]), call(route, change))
}
function onService(service: string): Partial<RackCall> {
  return { service, process: { id: 'p1', known: true, service, own: false } }
}

/** Written by hand: the roles that can run a command detached, and also attached (the start and then the exec). */
const table: readonly (readonly [command: string, service: string, who: readonly string[]])[] = [
  ['bin/pre_release', 'command', release],
  ['run_as_deploy rake checks:verify_dns checks:generate_test_submission', 'command', release],
  ['rake stripe:prepare', 'command', release],
  ['rails console', 'command', ['admin']],
  ['rake db:migrate', 'command', ['admin']],
  ['rake db:seed', 'command', ['admin']],
  ['whatever --else', 'command', ['admin']],
  ['bin/pre_release', 'web', []],
  ['rails console', 'worker', []],
]

describe.each(['viewer', 'ops', 'deployer', 'ci', 'auditor', 'admin'])('%s', (role) => {
  test.each(table)('%s on %s, detached and attached', (command, service, who) => {
    const expected = who.includes(role) ? 'allow' : 'deny'
    expect(as(role, run, { ...onService(service), command: readCommand(command, 'run') }).effect).toBe(expected)

    const start = as(role, run, { ...onService(service), command: readCommand('sleep 3600', 'run') })
    const own = { process: { id: 'p1', known: true, service, own: true } }
    const follows = as(role, exec, { ...own, command: readCommand(command, 'exec') })
    expect(start.effect === 'allow' && follows.effect === 'allow' ? 'allow' : 'deny').toBe(expected)
  })
})

describe('an unreadable command is denied', () => {
  test('when it is empty', () => {
    for (const route of [run, exec]) {
      expect(as('admin', route, { command: null })).toMatchObject({ effect: 'deny', rule: 'command:unreadable' })
      expect(as('admin', route, { command: readCommand('', route === run ? 'run' : 'exec') })).toMatchObject({
        rule: 'command:empty',
      })
    }
  })

  test('when the rack could not split it', () => {
    expect(as('admin', exec, { command: readCommand("rake 'db", 'exec') })).toMatchObject({
      rule: 'command:unreadable',
      reason: expect.stringContaining('Unterminated single-quoted string'),
    })
  })

  test('when a run has the command of an exec, or an exec the command of a run', () => {
    expect(as('admin', run, { ...onService('web'), command: readCommand('sh', 'exec') })).toMatchObject({
      rule: 'command:unreadable',
    })
    expect(as('admin', exec, { command: readCommand('sleep 5', 'run') })).toMatchObject({ rule: 'command:unreadable' })
  })

  test('when it is too long, even if only by spaces', () => {
    const text = `bin/pre_release${' '.repeat(9000)}`
    const command = { text, argv: ['bin/pre_release'], error: null, mode: 'exec' } as const
    expect(as('admin', exec, { command })).toMatchObject({ rule: 'command:too-long' })
  })
})

test('shell syntax is refused to admins too, with the reason', () => {
  expect(as('admin', run, { command: readCommand('rake db:migrate && sh', 'run') })).toMatchObject({
    effect: 'deny',
    rule: 'command:shell-syntax',
    reason: expect.stringContaining('without a shell'),
  })
})

test('only roles of bindings for this scope count', () => {
  const both = principal([binding('deployer'), binding('admin', { id: 'elsewhere', apps: 'billing' })])
  const console_ = { command: readCommand('rails console', 'run') }
  expect(policy.decide(both, call(run, console_)).effect).toBe('deny')
  expect(policy.decide(both, call(run, { ...console_, app: 'billing' })).effect).toBe('allow')
})

test('a document brings its own rules and services', () => {
  const own = compilePolicy({
    ...builtInPolicy(),
    runServices: ['command', 'jobs'],
    commands: [{ id: 'report', argv: ['bin/report'], services: ['jobs'], roles: ['ops'], racks: ['stag*'] }],
  })
  const ops = principal([binding('ops')])
  const report = { ...onService('jobs'), command: readCommand('bin/report', 'run') }
  expect(own.decide(ops, call(run, report))).toMatchObject({ effect: 'allow', rule: 'command:report' })
  expect(own.decide(ops, call(run, { ...report, rack: 'production' })).effect).toBe('deny')
  expect(own.decide(principal([binding('admin')]), call(run, report)).effect).toBe('deny')
})
