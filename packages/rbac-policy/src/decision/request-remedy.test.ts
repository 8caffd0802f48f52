import { readCommand } from '@rack-gateway/command-matcher'
import { describe, expect, test } from 'vitest'
import type { RackCall } from '../model/types.ts'
import { compilePolicy } from '../policy/policy.ts'
import type { PolicyDocument, RequestRule } from '../policy-document/policy-document.ts'
import { binding, call, now, principal, token } from '../testing/calls.ts'
import { documentOf, grant, requestRule } from '../testing/request-rules.ts'

const engineer = principal([binding('viewer')], { groups: ['engineering'] })
const promote = (change: Partial<RackCall> = {}) => call('POST /apps/{app}/releases/{id}/promote', change)
const askAdministrator = 'Ask an administrator of the gateway for a role that has it.'

const document = documentOf(`
version: 1
roles:
  emergency: { permissions: ['app:*', 'release:*', 'registry:*'] }
`)

function remedy(rule: Partial<RequestRule>, asked = promote(), by = engineer) {
  return remedyBy([requestRule(rule)], asked, by)
}

function remedyBy(
  requests: readonly RequestRule[],
  asked = promote(),
  by = engineer,
  policyDocument: PolicyDocument = document,
) {
  const decision = compilePolicy({ ...policyDocument, requests }).decide(by, asked)
  return decision.effect === 'deny' ? decision.remedy : decision.effect
}

describe('the remedy of a denial', () => {
  test('is the complete command, if a request rule lets the user ask for a role that allows the call', () => {
    expect(remedy({})).toBe(
      'Ask for access: rack-gateway request --role deployer --rack staging --app web --for 1h --reason "Ticket".',
    )
    expect(remedy({ longest: 90_000, reason: null }, promote(), { ...engineer, bindings: [] })).toBe(
      'Ask for access: rack-gateway request --role deployer --rack staging --app web --for 90s --reason "Reason".',
    )
    expect(remedy({ longest: 1_800_000 })).toContain(' --for 30m ')
  })

  test('asks for all apps, if the call is about the whole rack', () => {
    const asked = call('POST /registries')
    expect(remedy({ role: 'emergency' }, asked)).toBe(
      'Ask for access: rack-gateway request --role emergency --rack staging --for 1h --reason "Ticket".',
    )
    expect(remedy({ role: 'emergency', apps: ['web'] }, asked)).toBe(askAdministrator)
  })

  test('asks for the apps of the rule, if the call lists items', () => {
    const nobody = principal([], { groups: ['engineering'] })
    expect(remedy({ apps: ['web-*'] }, call('GET /apps'), nobody)).toContain(' --rack staging --app "web-*" --for ')
    expect(remedy({}, call('GET /apps'), nobody)).toContain(' --rack staging --for ')
  })

  test.each<[string, Partial<RequestRule>]>([
    ['a role that would not allow the call', { role: 'ops' }],
    ['other users', { from: [{ kind: 'group', name: 'others' }] }],
    ['users with a role that the user lacks here', { from: [{ kind: 'role', name: 'ops' }] }],
    ['other racks', { racks: ['production'] }],
    ['other apps', { apps: ['api'] }],
  ])('stays, if the rule is for %s', (_what, rule) => {
    expect(remedy(rule)).toBe(askAdministrator)
  })

  test('stays for tokens and jobs', () => {
    const groups = ['engineering']
    expect(remedy({}, promote(), token([binding('viewer')], [binding('viewer')], { groups }))).toBe(askAdministrator)
    expect(remedy({}, promote(), principal([binding('viewer')], { kind: 'workload', groups }))).toBe(askAdministrator)
  })

  test('stays for a blocked operation, which no role allows', () => {
    const emergency = { role: 'emergency' }
    expect(remedy(emergency, promote({ app: 'system' }))).not.toContain('rack-gateway request')
    expect(remedy(emergency, promote({ app: 'system' }), principal([], { groups: ['engineering'] }))).not.toContain(
      'rack-gateway request',
    )
  })

  test('names no app that a shell or a message could read differently', () => {
    for (const app of ['$(id)', 'a b', 'web"', 'w%s', '*', 'web*'])
      expect(remedy({}, promote({ app }))).toBe(askAdministrator)
  })

  test('is the first role that is enough, of at most five', () => {
    const names = Array.from({ length: 5 }, (_, index) => `weak-${index}`)
    const weak = documentOf(
      ['version: 1', 'roles:', ...names.map((name) => `  ${name}: { permissions: [app:list] }`)].join('\n'),
    )
    const five = names.map((role) => requestRule({ id: role, role }))
    expect(remedyBy([...five.slice(1), requestRule()], promote(), engineer, weak)).toContain(' --role deployer ')
    expect(remedyBy([...five, requestRule()], promote(), engineer, weak)).toBe(askAdministrator)
  })

  test('is the command also for a command that no command rule allows', () => {
    const migrating = documentOf(
      'version: 1\nroles: { migrator: { permissions: [process:run] } }\ncommands: { rules: { migrate: { run: rake db:migrate, services: [command], roles: [migrator] } } }',
    )
    const runner = principal([binding('ops')], { groups: ['engineering'] })
    const asked = (text: string) =>
      call('POST /apps/{app}/services/{service}/processes', { command: readCommand(text, 'run') })
    const rule = requestRule({ role: 'migrator' })
    expect(remedyBy([rule], asked('rake db:migrate'), runner, migrating)).toContain(' --role migrator ')
    expect(remedyBy([rule], asked('rake db:drop'), runner, migrating)).not.toContain('rack-gateway request')
  })

  test('stays out of the way of a live grant, and comes back at its end', () => {
    const granted = { ...engineer, grants: [grant()] }
    expect(remedy({}, promote(), granted)).toBe('allow')
    expect(remedy({}, promote({ at: now + 3_600_000 }), granted)).toContain('rack-gateway request')
  })
})
