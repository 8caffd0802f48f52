import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { UnmaskableAnswer } from './errors.ts'
import { renderJson } from './masks/json.ts'
import type { MaskView } from './masks/view.ts'
import { maskAnswer, maskInSteps } from './masks.ts'
import { routesById } from './routes.ts'
import { keeper, reader, stranger } from './testing/views.ts'
import type { MaskPolicy } from './types.ts'

const answers: Record<string, string> = JSON.parse(
  readFileSync(new URL('../test/answers.json', import.meta.url), 'utf8'),
)
const views: readonly MaskView[] = [
  keeper,
  reader,
  stranger,
  { ...stranger, seesApp: (app) => app.length % 2 === 0 },
  { ...keeper, rackToken: 'token' },
]

const inSteps = (policy: MaskPolicy, body: string, view: MaskView) => [...maskInSteps(policy, body, view)].join('')

/** What is shown, or that nothing is. */
function outcome(mask: typeof maskAnswer, ...args: Parameters<typeof maskAnswer>): string | null {
  try {
    return mask(...args)
  } catch (error) {
    if (error instanceof UnmaskableAnswer) return null
    throw error
  }
}

describe('an answer that is masked in steps', () => {
  test.each(Object.entries(answers))('%s: is the same as at once', (id, body) => {
    const policy = routesById.get(id)?.mask ?? 'plain'
    for (const view of views) expect(inSteps(policy, body, view)).toBe(maskAnswer(policy, body, view))
  })

  const word = fc.constantFrom(
    'a',
    'app',
    'token',
    'A=b',
    'SECRET=x',
    'postgres://u:p@h/d',
    ' ',
    '"',
    '\\',
    '],[',
    '{',
    '<',
  )
  const text = fc.array(word, { maxLength: 3 }).map((words) => words.join(''))
  const name = fc.constantFrom('id', 'app', 'name', 'env', 'manifest', 'parameters', 'url', 'command', 'value')
  const row = fc.dictionary(name, fc.oneof(text, fc.integer(), fc.dictionary(text, text), fc.array(text)))
  const policy = fc.constantFrom<MaskPolicy>(
    'apps',
    'releases',
    'builds',
    'resources',
    'registries',
    'configs',
    'processes',
    'system-processes',
    'certificates',
  )

  test('is the same as at once, for any rows that a rack writes', () => {
    fc.assert(
      fc.property(policy, fc.array(row), fc.constantFrom(...views), (policy, rows, view) => {
        const body = renderJson(rows)
        const atOnce = outcome(maskAnswer, policy, body, view)
        const stepwise = outcome(inSteps, policy, body, view)
        if (atOnce === null || stepwise === null) expect(stepwise).toBe(atOnce)
        else expect(JSON.parse(stepwise)).toEqual(JSON.parse(atOnce))
      }),
    )
  })

  const pieces = fc.constantFrom(
    '[',
    ']',
    '{',
    '}',
    ',',
    ':',
    '"',
    '\\',
    ' ',
    '\n',
    '1',
    'null',
    '"a"',
    '{"id":"a"}',
    '{"name":"app"}',
  )

  test('is refused whenever it is refused at once, however it is written', () => {
    fc.assert(
      fc.property(policy, fc.array(pieces, { maxLength: 12 }), fc.constantFrom(...views), (policy, parts, view) => {
        const body = `[${parts.join('')}`
        const atOnce = outcome(maskAnswer, policy, body, view)
        const stepwise = outcome(inSteps, policy, body, view)
        if (atOnce === null || stepwise === null) expect(stepwise).toBe(atOnce)
        else expect(JSON.parse(stepwise)).toEqual(JSON.parse(atOnce))
      }),
    )
  })

  test.each(['[1,]', '[,1]', '[1,,2]', '[1]]', '[1] x', '[', '[1', '["a]', '[{]}]', '[}{]'])(
    '%s is no list',
    (body) => {
      expect(outcome(inSteps, 'releases', body, keeper)).toBeNull()
    },
  )

  test('is masked item by item: of a list that breaks off, the items before were yielded', () => {
    const steps = maskInSteps('releases', '[{"id":"R1","app":"a"},{"id":"R2"', keeper)
    expect(steps.next().value).toBe('[{"id":"R1","app":"a"}')
    expect(() => steps.next()).toThrow(UnmaskableAnswer)
  })
})
