import { routeSummaries } from '@rack-gateway/convox-api/route-summaries'
import { endpointId, endpoints, isPrincipalEndpoint } from '@rack-gateway/gateway-api'
import { expect, test } from 'vitest'
import { callText } from './call-text.ts'

const call = { rack: null, app: null, command: null }

test('a call says what it does and where', () => {
  const route = 'POST /apps/{app}/releases/{id}/promote'
  expect(callText({ ...call, rack: 'production', app: 'web', route })).toBe('Promote a release: web on production')
  expect(callText({ ...call, rack: 'production', route: 'PUT /system' })).toBe('Change the rack on production')
})

test('every operation of the management API that can need a second factor has a text', () => {
  const needing = Object.values(endpoints).filter(
    (endpoint) => isPrincipalEndpoint(endpoint) && endpoint.stepUp !== undefined && endpoint.stepUp !== 'never',
  )
  expect(needing.length).toBeGreaterThan(10)
  for (const endpoint of needing) {
    const route = endpointId(endpoint)
    expect(callText({ ...call, route }), route).not.toBe(route)
  }
})

test('every route of a rack is an imperative', () => {
  const verbs = Object.keys(routeSummaries).map((route) => callText({ ...call, route }).split(' ')[0])
  expect([...new Set(verbs)].filter((verb) => /s$/.test(verb ?? ''))).toEqual(['Dismiss'])
  expect(verbs).toEqual(expect.arrayContaining(['Copy', 'Delete', 'Diagnose', 'Execute', 'Use']))
})

test('an operation of a newer gateway is shown by its ID', () => {
  expect(callText({ ...call, route: 'POST /gateway/api/v1/new' })).toBe('POST /gateway/api/v1/new')
})
