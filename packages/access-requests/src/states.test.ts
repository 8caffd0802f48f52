import type { AccessRequestState } from '@rack-gateway/database'
import { expect, test } from 'vitest'
import { clockTransitions, finalStates, type TimedRequest, type Transition, transitions } from './states.ts'

const all: readonly Transition[] = Object.values(transitions)

test('the table has exactly these transitions', () => {
  expect(all.map(({ from, to, by }) => `${from ?? 'none'} -> ${to} by ${by.join(', ')}`)).toEqual([
    'none -> pending by requester',
    'pending -> pending by reviewer',
    'pending -> approved by reviewer, rule',
    'pending -> denied by reviewer',
    'pending -> canceled by requester',
    'pending -> lapsed by clock',
    'approved -> active by clock, first use',
    'approved -> lapsed by clock',
    'approved -> revoked by requester, reviewer, revoker',
    'active -> ended by clock',
    'active -> revoked by requester, reviewer, revoker',
  ])
})

test('no transition leaves a final state, and every other state can be left', () => {
  const states = new Set<AccessRequestState>(all.map(({ to }) => to))
  const left = new Set(all.flatMap(({ from }) => from ?? []))
  expect([...states].filter((state) => !left.has(state)).sort()).toEqual([...finalStates].sort())
})

test('the event of a transition is named after its new state', () => {
  for (const { from, to, event } of all) {
    if (from === null) expect(event).toBe('access-request.created')
    else if (from === to) expect(event).toBe('access-request.reviewed')
    else expect(event).toBe(`access-request.${to === 'active' ? 'started' : to}`)
  }
})

const at = (time: number) => new Date(time)
const pending: TimedRequest = {
  state: 'pending',
  workStarts: 'approval',
  answerBy: at(10),
  grantFrom: null,
  grantUntil: null,
}
const approved: TimedRequest = { ...pending, state: 'approved', grantFrom: at(20), grantUntil: at(30) }
const unused: TimedRequest = { ...approved, workStarts: 'firstUse' }
const active: TimedRequest = { ...approved, state: 'active' }

test.each<[string, TimedRequest, number, string[]]>([
  ['a pending request before its time', pending, 9, []],
  ['a pending request at its time', pending, 10, ['lapsed at 10']],
  ['a grant before its start', approved, 19, []],
  ['a grant at its start', approved, 20, ['active at 20']],
  ['a grant whose start and end nobody stored', approved, 30, ['active at 20', 'ended at 30']],
  ['an unused grant at its start', unused, 20, []],
  ['an unused grant before its last moment', unused, 29, []],
  ['an unused grant at its last moment', unused, 30, ['lapsed at 30']],
  ['an active grant before its end', active, 29, []],
  ['an active grant at its end', active, 30, ['ended at 30']],
  ['an active grant of a first use at its end', { ...active, workStarts: 'firstUse' }, 30, ['ended at 30']],
  ...finalStates.map((state): [string, TimedRequest, number, string[]] => [state, { ...approved, state }, 99, []]),
])('the clock and %s', (_, request, now, expected) => {
  const made = clockTransitions(request, now)
  expect(made.map(({ transition, at: time }) => `${transition.to} at ${time.getTime()}`)).toEqual(expected)
})

test('the clock makes only transitions of the table that the clock can make', () => {
  for (const request of [pending, approved, unused, active])
    for (const { transition } of clockTransitions(request, 99)) {
      expect(all).toContain(transition)
      expect(transition.by).toContain('clock')
    }
})
