import { describe, expect, test } from 'vitest'
import { effectivePolicy } from '../../testing/effective-policy.ts'
import { readCheckedSnapshot, readSnapshot } from './snapshot.ts'

const grant = {
  id: '01a21006-6e55-7646-9171-966421143187',
  rule: 'production-deploy',
  role: 'deployer',
  racks: ['staging'],
  apps: ['*'],
  startsAt: 1_000,
  expiresAt: 2_000,
  startsWithUse: false,
}
const principal = {
  ...{ kind: 'user', id: 'u1', name: 'ada@example.com', rack: null, groups: [], owner: null },
  bindings: [{ id: 'b1', role: 'viewer', racks: '*', apps: '*', expiresAt: null }],
}
const textWith = (more: object) =>
  JSON.stringify(effectivePolicy({ change: { principal: { ...principal, ...more } } }).body)

describe('the grants of the effective policy', () => {
  test('are part of the principal that local decisions use', () => {
    for (const read of [readSnapshot, readCheckedSnapshot]) {
      expect(read(textWith({ grants: [grant] }))?.principal.grants).toEqual([grant])
      expect(read(textWith({ grants: [] }))?.principal.grants).toEqual([])
      expect(read(textWith({}))?.principal).not.toHaveProperty('grants')
    }
  })

  test.each<readonly [string, unknown]>([
    ['no list', grant],
    ['null', null],
    ['a text', ['grant']],
    ...(Object.keys(grant) as (keyof typeof grant)[]).map(
      (name) => [`no ${name}`, [{ ...grant, [name]: undefined }]] as const,
    ),
    ['a rack that is no text', [{ ...grant, racks: [1] }]],
    ['apps that are no list', [{ ...grant, apps: '*' }]],
    ['a time as text', [{ ...grant, expiresAt: '2030-01-02T12:00:00Z' }]],
    ['a start that is no switch', [{ ...grant, startsWithUse: 'no' }]],
  ])('%s makes the response unusable, so the pre-check denies nothing', (_, grants) => {
    expect(readSnapshot(textWith({ grants }))).toBeNull()
    expect(readCheckedSnapshot(textWith({ grants }))).toBeNull()
  })
})
