import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type CallNeedingProof, createPromptCounter } from './prompt-counter.ts'

const minute = 60_000
const recent = { rule: 'step-up:rule app-web', level: { kind: 'recent', within: 10 * minute } } as const
const longer = { rule: 'step-up:rule rack-a', level: { kind: 'recent', within: 60 * minute } } as const
const always = { rule: 'step-up:rule deletes', level: { kind: 'always', methods: 'passkey' } } as const

function counted(calls: readonly (Partial<CallNeedingProof> & Pick<CallNeedingProof, 'rule' | 'level' | 'at'>)[]) {
  const counter = createPromptCounter()
  for (const call of calls) counter.add({ user: 'ada', session: 'laptop', ...call })
  return { counts: counter.counts(), users: counter.users() }
}

describe('prompts', () => {
  test('for a recent requirement are one per session until the proof is too old', () => {
    const { counts } = counted([0, 5, 10, 10.1, 15, 30].map((at) => ({ ...recent, at: at * minute })))
    expect(counts).toEqual([{ ...recent, calls: 6, prompts: 3, users: 1 }])
  })

  test('for the requirement always are one for each call', () => {
    const { counts } = counted([0, 1, 2].map((at) => ({ ...always, at })))
    expect(counts).toEqual([{ ...always, calls: 3, prompts: 3, users: 1 }])
  })

  test('are counted for each session, and users once', () => {
    const { counts, users } = counted([
      { ...recent, at: 0 },
      { ...recent, at: 0, session: 'desktop' },
      { ...recent, at: 0, session: 'bob', user: 'bob' },
      { ...always, at: 0 },
    ])
    expect(counts).toEqual([
      { ...recent, calls: 3, prompts: 3, users: 2 },
      { ...always, calls: 1, prompts: 1, users: 1 },
    ])
    expect(users).toBe(2)
  })

  test('are not repeated after a proof for another recent requirement, but after a proof for one call', () => {
    const { counts } = counted([
      { ...always, at: 0 },
      { ...longer, at: 1 * minute },
      { ...recent, at: 5 * minute },
      { ...recent, at: 20 * minute },
      { ...longer, at: 79 * minute },
    ])
    expect(counts.map(({ rule, prompts }) => [rule, prompts])).toEqual([
      [recent.rule, 1],
      [always.rule, 1],
      [longer.rule, 1],
    ])
  })

  test('do not depend on the order of the calls', () => {
    const calls = fc.array(
      fc.record({
        at: fc.nat(1_000),
        kind: fc.constantFrom(recent, longer, always),
        session: fc.constantFrom('a', 'b'),
      }),
      { maxLength: 30 },
    )
    fc.assert(
      fc.property(calls, (made) => {
        const all = made.map(({ at, kind, session }) => ({
          ...kind,
          at: at * 2 * minute + (kind === always ? 1 : 0),
          session,
        }))
        const distinct = [...new Map(all.map((one) => [`${one.session} ${one.at}`, one])).values()]
        expect(counted(distinct.toReversed())).toEqual(counted(distinct))
      }),
    )
  })
})
