import { rackRoutes } from '@rack-gateway/convox-api'
import { describe, expect, test } from 'vitest'
import { builtInPolicy, readPolicy } from './document/document.ts'
import type { Principal } from './model/types.ts'
import { compilePolicy } from './policy/policy.ts'
import { allowedRoles, listScopeRoutes, wholeRackRoutes } from './testing/allowed-roles.ts'
import { binding, call, principal, token } from './testing/calls.ts'

const policy = compilePolicy(builtInPolicy())
const letters: Readonly<Record<string, string>> = { viewer: 'V', ops: 'O', deployer: 'D', ci: 'C' }
const roles = ['viewer', 'ops', 'deployer', 'ci', 'admin', 'auditor', 'no-such-role', 'toString', '']

/** Every kind of principal with one role, on apps of a pattern. */
const kinds: Readonly<Record<string, (role: string, apps: string) => Principal>> = {
  user: (role, apps) => principal([binding(role, { apps })]),
  'user by group': (role, apps) => principal([binding('no-such-role'), binding(role, { apps })], { groups: ['team'] }),
  'api-token': (role, apps) => token([binding(role, { apps })], [binding(role)]),
  'api-token of a service account': (role, apps) =>
    token([binding(role)], [binding(role, { apps })], {
      owner: { kind: 'service-account', id: 'ci', name: 'ci', bindings: [binding(role, { apps })] },
    }),
  workload: (role, apps) => principal([binding(role, { apps })], { kind: 'workload' }),
}

function isAllowedByTable(route: string, role: string): boolean {
  const cell = allowedRoles[route] ?? ''
  if (cell === 'blocked') return false
  return role === 'admin' || cell.includes(letters[role] ?? 'nobody')
}

/** The effect of the decision about each route. */
function decisions(of: Principal): Record<string, string> {
  return Object.fromEntries(rackRoutes.map(({ id }) => [id, policy.decide(of, call(id)).effect]))
}

function expected(isAllowed: (route: string) => boolean): Record<string, string> {
  return Object.fromEntries(rackRoutes.map(({ id }) => [id, isAllowed(id) ? 'allow' : 'deny']))
}

test('the table names every route of the rack, and no other', () => {
  expect(Object.keys(allowedRoles).sort()).toEqual(rackRoutes.map((route) => route.id).sort())
})

describe.each(Object.keys(kinds))('%s', (kind) => {
  const make = kinds[kind] ?? (() => principal([]))

  test.each(roles)('with the role "%s" on every app: every route as in the table', (role) => {
    expect(decisions(make(role, '*'))).toEqual(expected((id) => isAllowedByTable(id, role)))
  })

  test.each(roles)('with the role "%s" on this app: as in the table, except for routes of the whole rack', (role) => {
    const isRackWide = (id: string) => wholeRackRoutes.some((pattern) => pattern.test(id))
    for (const apps of ['web', 'w*', '*b'])
      expect(decisions(make(role, apps)), apps).toEqual(expected((id) => isAllowedByTable(id, role) && !isRackWide(id)))
  })

  test.each(roles)('with the role "%s" on another app: only list routes of the table', (role) => {
    const isListScope = (id: string) => listScopeRoutes.includes(id)
    expect(decisions(make(role, 'billing'))).toEqual(expected((id) => isListScope(id) && isAllowedByTable(id, role)))
  })
})

describe('with a requirement of a proof on every route', () => {
  const { document } = readPolicy(
    'version: 1\nstepUp: { rules: { rack-all: { racks: ["*"], require: { recent: 10m, except: ["service-account:ci"] } } } }\n',
    'policy.yaml',
  )
  const strict = compilePolicy(document ?? builtInPolicy())
  const expectedEffects: Readonly<Record<string, string>> = {
    user: 'require',
    'user by group': 'require',
    'api-token': 'deny',
    'api-token of a service account': 'allow',
    workload: 'deny',
  }

  test.each(Object.keys(kinds).flatMap((kind) => roles.map((role) => [kind, role] as const)))(
    '%s with the role "%s": an allowed call needs a proof, is denied without a second factor, or is excepted',
    (kind, role) => {
      const of = kinds[kind]?.(role, '*') ?? principal([])
      const effects = Object.fromEntries(rackRoutes.map(({ id }) => [id, strict.decide(of, call(id)).effect]))
      const wanted = rackRoutes.map(({ id }) => [id, isAllowedByTable(id, role) ? expectedEffects[kind] : 'deny'])
      expect(effects).toEqual(Object.fromEntries(wanted))
    },
  )
})

describe('every route', () => {
  const all = rackRoutes.map((route) => call(route.id))

  test('is denied without a binding, with an expired one, and with one on another rack', () => {
    const ended = [
      binding('admin', { expiresAt: all[0]?.at ?? 0 }),
      binding('admin', { expiresAt: 0 }),
      binding('admin', { expiresAt: Number.NaN }),
    ]
    const elsewhere = [
      binding('admin', { racks: 'production' }),
      binding('admin', { racks: 'stag' }),
      binding('admin', { racks: '' }),
    ]
    for (const one of all) {
      for (const bindings of [[], ended, elsewhere]) {
        expect(policy.decide(principal(bindings), one)).toMatchObject({
          effect: 'deny',
          rule: 'no-binding',
          roles: [],
          bindings: [],
        })
      }
    }
  })

  test('is denied for a credential that is bound to another rack', () => {
    for (const one of all) {
      expect(policy.decide(principal([binding('admin')], { rack: 'production' }), one)).toMatchObject({
        effect: 'deny',
        rule: 'rack-bound',
      })
    }
  })

  test('is denied for a token without an owner', () => {
    for (const one of all) {
      expect(policy.decide(principal([binding('admin')], { kind: 'api-token' }), one)).toMatchObject({
        effect: 'deny',
        rule: 'no-binding',
      })
    }
  })

  test('of an app is denied if the app is unknown', () => {
    for (const one of all.filter(({ route }) => route.scope === 'app')) {
      expect(policy.decide(principal([binding('admin')]), { ...one, app: null }).effect).toBe('deny')
    }
  })

  test('denies a blocked operation to an admin with its rule', () => {
    for (const one of all.filter(
      ({ route }) => allowedRoles[route.id] === 'blocked' && route.permission !== 'proxy:open',
    )) {
      expect(policy.decide(principal([binding('admin')]), one)).toMatchObject({
        effect: 'deny',
        rule: `blocked:${one.route.id}`,
      })
    }
  })

  test('every refusal is a sentence or two on one line, without a percent sign, and says what to do', () => {
    const denials: { reason: string; remedy: string }[] = []
    for (const one of all) {
      for (const role of roles) {
        for (const make of Object.values(kinds)) {
          const decision = policy.decide(make(role, 'web'), { ...one, rack: 'staging' })
          if (decision.effect === 'deny') denials.push(decision)
        }
      }
    }
    expect(denials.length).toBeGreaterThan(1_000)
    expect(denials.filter(({ reason }) => !/^[^%\n]{30,600}\.$/.test(reason))).toEqual([])
    expect(denials.filter(({ remedy }) => !/^[^%\n]{3,}\.$/.test(remedy))).toEqual([])
  })
})
