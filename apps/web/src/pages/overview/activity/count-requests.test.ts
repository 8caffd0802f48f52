import { expect, test } from 'vitest'
import { countRequests } from './count-requests.ts'

test('requests are the events with a decision', () => {
  const bucket = { at: '2027-01-31T12:00:00Z', denied: 1, required: 2, failed: 3, allowed: 4, none: 100 }
  expect(countRequests([bucket, bucket])).toEqual({ requests: 20, denied: 2, failed: 6 })
  expect(countRequests([])).toEqual({ requests: 0, denied: 0, failed: 0 })
})
