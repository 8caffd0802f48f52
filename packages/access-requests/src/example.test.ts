import { transitions } from '@rack-gateway/access-requests'
import { expect, test } from 'vitest'

test('a pending access request can be approved, denied, canceled, or lapse', () => {
  const next = Object.values(transitions).filter(({ from, to }) => from === 'pending' && to !== 'pending')
  expect(next.map(({ to }) => to)).toEqual(['approved', 'denied', 'canceled', 'lapsed'])
})
