import { rackRoutes } from '@rack-gateway/convox-api'
import type { Principal } from '@rack-gateway/rbac-policy'
import { expect, test } from 'vitest'
import { limitKeyOf } from '../../rate-limits/limit-key.ts'
import { kindOfCall } from './kind-of-call.ts'

const principal = (more: Partial<Principal>): Principal => ({
  kind: 'api-token',
  id: 'token-1',
  name: 'name',
  credential: 'credential',
  rack: null,
  groups: [],
  bindings: [],
  owner: null,
  expiresAt: 0,
  ...more,
})
const owner = (kind: 'user' | 'service-account') => ({ kind, id: 'owner-1', name: 'owner', bindings: [] })

test('the tokens of a user share the limits of the user, and the jobs of a trust with one subject share their limits', () => {
  expect(limitKeyOf(principal({ kind: 'user', id: 'user-1' }))).toBe('user-1')
  expect(limitKeyOf(principal({ owner: owner('user') }))).toBe('owner-1')
  expect(limitKeyOf(principal({ owner: owner('service-account') }))).toBe('token-1')
  const trust = { id: 'trust-1', name: 'trust', subject: 'repo:acme/web:ref:refs/heads/main' }
  const jobs = ['job-1', 'job-2'].map((id) => limitKeyOf(principal({ kind: 'workload', id, trust })))
  expect(new Set(jobs).size).toBe(1)
})

test('long calls have connections of their own', () => {
  const calls = rackRoutes.filter((route) => kindOfCall(route) === 'calls')
  expect(calls.filter(({ kind, body, mask }) => kind === 'websocket' || body === 'raw' || mask === 'opaque')).toEqual(
    [],
  )
  const ids = (wanted: string) => rackRoutes.filter((route) => kindOfCall(route) === wanted).map(({ id }) => id)
  expect(ids('transfers')).toEqual(
    expect.arrayContaining(['POST /apps/{app}/builds/import', 'GET /apps/{app}/builds/{id}.tgz']),
  )
  expect(ids('websockets')).toEqual(expect.arrayContaining(['WS /apps/{app}/logs']))
})
