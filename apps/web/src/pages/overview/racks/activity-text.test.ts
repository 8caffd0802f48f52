import { expect, test } from 'vitest'
import { activityText, sumActivity } from './activity-text.ts'

const everyone = (count: number) => ({ count, of: 'everyone' })
const own = (count: number) => ({ count, of: 'caller' })

test.each([
  [{ requests: everyone(1), denied: everyone(0), live: everyone(0) }, '1 request, none denied'],
  [{ requests: everyone(1_280), denied: own(1), live: own(2) }, '1,280 requests, 1 of yours denied, 2 of yours live'],
  [{ requests: everyone(2), denied: own(0), live: own(0) }, '2 requests, none of yours denied'],
  [{ requests: own(7), denied: own(1), live: own(0) }, 'you: 7 requests, 1 denied'],
])('the numbers say whose calls they count: %o', (activity, text) => {
  expect(activityText(activity)).toBe(text)
})

test('a sum that contains only own calls of one rack does not claim to count everyone', () => {
  const sum = sumActivity([
    { name: 'a', requests: everyone(5), denied: own(1), live: everyone(1) },
    { name: 'b', requests: own(2), denied: own(1), live: everyone(2) },
  ])
  expect(sum).toEqual({ requests: own(7), denied: own(2), live: everyone(3) })
})
