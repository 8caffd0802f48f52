import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { UnmaskableResponse } from '../errors/errors.ts'
import { routesById } from '../routes/routes.ts'
import type { MaskPolicy } from '../routes/types.ts'
import { envReader, fullAccess, noAccess } from '../testing/views.ts'
import { renderJson } from './json.ts'
import type { MaskView } from './mask-view.ts'
import { maskResponse, maskResponseInSteps } from './masks.ts'

const responses: Record<string, string> = JSON.parse(
  readFileSync(new URL('../../test/responses.json', import.meta.url), 'utf8'),
)
const views: readonly MaskView[] = [
  fullAccess,
  envReader,
  noAccess,
  { ...noAccess, isAppVisible: (app) => app.length % 2 === 0 },
  { ...fullAccess, rackToken: 'token' },
]

/** Divides the bytes, also within a character. */
function chunksOf(body: string, size: number): Buffer[] {
  const bytes = Buffer.from(body)
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
    bytes.subarray(index * size, (index + 1) * size),
  )
}

/** In chunks of one byte, of seven bytes, and as a whole, which must not matter. */
function inSteps(policy: MaskPolicy, body: string, view: MaskView): string {
  const [whole = '', ...divided] = [Math.max(1, body.length * 4), 7, 1].map((size) =>
    [...maskResponseInSteps(policy, chunksOf(body, size), view)].join(''),
  )
  for (const other of divided) expect(other).toBe(whole)
  return whole
}

/** Adds the parts that are not empty to `parts`, also if the steps throw. */
function nonEmpty(steps: Generator<string>, parts: string[]): void {
  for (const part of steps) if (part !== '') parts.push(part)
}

/** The masked text, or null for an unmaskable response. */
function outcome(mask: typeof maskResponse, ...args: Parameters<typeof maskResponse>): string | null {
  try {
    return mask(...args)
  } catch (error) {
    if (error instanceof UnmaskableResponse) return null
    throw error
  }
}

describe('a response that is masked in steps', () => {
  test.each(Object.entries(responses))('%s: equals the response that is masked at once', (id, body) => {
    const policy = routesById.get(id)?.mask ?? 'plain'
    for (const view of views) expect(inSteps(policy, body, view)).toBe(maskResponse(policy, body, view))
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
    'é',
    '😀',
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

  test('equals the response that is masked at once, for any rows', () => {
    fc.assert(
      fc.property(policy, fc.array(row), fc.constantFrom(...views), (policy, rows, view) => {
        const body = renderJson(rows)
        const atOnce = outcome(maskResponse, policy, body, view)
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

  test('is rejected exactly if it is rejected at once, for any text', () => {
    fc.assert(
      fc.property(policy, fc.array(pieces, { maxLength: 12 }), fc.constantFrom(...views), (policy, parts, view) => {
        const body = `[${parts.join('')}`
        const atOnce = outcome(maskResponse, policy, body, view)
        const stepwise = outcome(inSteps, policy, body, view)
        if (atOnce === null || stepwise === null) expect(stepwise).toBe(atOnce)
        else expect(JSON.parse(stepwise)).toEqual(JSON.parse(atOnce))
      }),
    )
  })

  test.each(['[1,]', '[,1]', '[1,,2]', '[1]]', '[1] x', '[', '[1', '["a]', '[{]}]', '[}{]'])(
    '%s is not a list',
    (body) => {
      expect(outcome(inSteps, 'releases', body, fullAccess)).toBeNull()
    },
  )

  test('is masked item by item: the items before a broken one are yielded', () => {
    const steps = maskResponseInSteps('releases', chunksOf('[{"id":"R1","app":"a"},{"id":"R2"', 5), fullAccess)
    const parts: string[] = []
    expect(() => nonEmpty(steps, parts)).toThrow(UnmaskableResponse)
    expect(parts).toEqual(['[{"id":"R1","app":"a"}'])
  })

  const wide = Array.from({ length: 20_000 }, (_, at) => `"${at.toString(36)}":1`).join()
  const nested = (levels: number) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`
  const large = 'x'.repeat(4 * 1024 * 1024)

  test.each([
    ['a nested value', 'app', nested(33), 'it is nested deeper than 32 levels'],
    ['a nested item', 'apps', `[{"name":"a","b":${nested(32)}}]`, 'it is nested deeper than 32 levels'],
    ['a wide value', 'app', `{${wide}}`, 'it has more than 10000 members and items'],
    ['a wide item', 'apps', `[{"name":"a",${wide}}]`, 'it has more than 10000 members and items'],
    ['a very long list', 'releases', `[${'{},'.repeat(500_000)}{}]`, 'it has more than 1000000 members and items'],
    ['a large value', 'app', `{"a":"${large}"}`, 'a value is larger than 4 MiB'],
    ['a large item', 'releases', `[{"a":"${large}"}]`, 'a value is larger than 4 MiB'],
  ] as const)('%s is denied', (_, policy, body, reason) => {
    expect(() => [...maskResponseInSteps(policy, chunksOf(body, 64 * 1024), noAccess)]).toThrow(reason)
  })

  test('a nested or wide value is denied at once, too', () => {
    expect(() => maskResponse('app', nested(33), noAccess)).toThrow('it is nested deeper than 32 levels')
    expect(() => maskResponse('app', `{${wide}}`, noAccess)).toThrow('it has more than 10000 members and items')
  })

  test('nothing is yielded of a list that is denied for its depth or its width', () => {
    const body = `[{"id":"R1","app":"a"},${'['.repeat(100_000)}`
    const parts: string[] = []
    expect(() => nonEmpty(maskResponseInSteps('releases', chunksOf(body, 1_000), noAccess), parts)).toThrow('nested')
    expect(parts).toEqual([])
  })

  test('a large list is masked whole', () => {
    const rows = Array.from({ length: 10_000 }, (_, at) => ({ id: `R${at}`, app: 'a', description: 'x', env: 'A=b' }))
    const body = renderJson(rows)
    expect([...maskResponseInSteps('releases', chunksOf(body, 64 * 1024), fullAccess)].join('')).toBe(body)
  })

  test('a large item is read in steps', () => {
    const chunks = chunksOf(`[{"id":"R1","app":"a","description":"${'x'.repeat(2_000_000)}"}]`, 64 * 1024)
    expect([...maskResponseInSteps('releases', chunks, noAccess)].length).toBeGreaterThan(2 * chunks.length)
  })
})
