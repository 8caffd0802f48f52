import { describe, expect, test } from 'vitest'
import { grantProblem } from './granting.ts'
import { compilePolicy } from './policy.ts'
import type { Binding, Principal } from './types.ts'

const policy = compilePolicy()

function giver(binding: Partial<Binding>, rack: string | null = null): Principal {
  const bindings = [{ id: 'b', role: 'admin', racks: '*', apps: '*', expiresAt: null, ...binding }]
  const rest = { groups: [], owner: null, expiresAt: 1, credential: 'c' }
  return { kind: 'user', id: 'u', name: 'ada@example.com', rack, bindings, ...rest }
}

const ci = { role: 'ci', racks: 'staging', apps: 'web-*' }

describe('may give', () => {
  test.each<[string, Partial<Binding>]>([
    ['what is theirs by a role that has everything', {}],
    ['the same role on the same place', { role: 'ci', racks: 'staging', apps: 'web-*' }],
    ['the same role on a wider place', { role: 'ci', racks: 'stag*', apps: 'w*' }],
  ])('%s', (_, binding) => {
    expect(grantProblem(policy, giver(binding), ci)).toBeNull()
  })
})

describe('may not give', () => {
  test.each<[string, Partial<Binding>]>([
    ['a role with more permissions than the wanted one, but another', { role: 'deployer' }],
    ['on another rack', { racks: 'production' }],
    ['on fewer apps', { apps: 'web-1' }],
    ['on apps that only overlap', { apps: '*-1' }],
    ['for good what ends', { expiresAt: Number.MAX_SAFE_INTEGER }],
    ['by a role that the policy does not know', { role: 'root' }],
  ])('%s', (_, binding) => {
    expect(grantProblem(policy, giver(binding), ci)).toContain('you do not hold ci')
  })

  test('every rack, when only a pattern of them is theirs', () => {
    expect(grantProblem(policy, giver({ racks: 's*' }), { ...ci, racks: '*' })).not.toBeNull()
    expect(grantProblem(policy, giver({ racks: 'stag*' }), { ...ci, racks: 's*' })).not.toBeNull()
  })

  test('elsewhere with a credential that is bound to one rack', () => {
    expect(grantProblem(policy, giver({}, 'staging'), ci)).toBeNull()
    expect(grantProblem(policy, giver({}, 'production'), ci)).not.toBeNull()
    expect(grantProblem(policy, giver({}, 'staging'), { ...ci, racks: '*' })).not.toBeNull()
  })

  test('a role that is not there', () => {
    expect(grantProblem(policy, giver({}), { ...ci, role: 'root' })).toContain('no role "root"')
  })
})
