import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { canonical } from './canonical.ts'
import type { EventDraft } from './event.ts'
import { fit } from './fit.ts'

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

function fitted(draft: Partial<EventDraft>) {
  return fit({ kind: 'call', ...draft }).draft
}

test('an ordinary draft passes unchanged', () => {
  const draft: EventDraft = {
    kind: 'intent',
    principal: { kind: 'user', id: 'u1', name: 'a@example.com', roles: ['ops'] },
    command: ['rails', 'c'],
    status: 200,
    detail: { attempt: 1, dry: true },
  }
  expect(fit(draft).draft).toEqual(draft)
})

test('a text that is too long is cut, and its length and digest are kept', () => {
  const app = 'a'.repeat(5_000)
  expect(fitted({ app })).toEqual({
    kind: 'call',
    app: 'a'.repeat(1_024),
    truncated: [{ field: 'app', length: 5_000, sha256: sha256(app) }],
  })
})

test('paths and reasons have more room', () => {
  expect(fitted({ path: `/${'p'.repeat(8_191)}` }).truncated).toBeUndefined()
  expect(fitted({ path: `/${'p'.repeat(8_192)}` }).truncated).toHaveLength(1)
  const decision = { effect: 'deny' as const, rule: 'r', reason: 'x'.repeat(2_049) }
  expect(fitted({ decision }).truncated).toEqual([expect.objectContaining({ field: 'decision.reason', length: 2_049 })])
})

test('a command is cut in words and in bytes, and stays provable', () => {
  const many = Array.from({ length: 1_000 }, (_, index) => `w${index}`)
  const cut = fitted({ command: many })
  expect(cut.command).toHaveLength(256)
  expect(cut.truncated).toEqual([{ field: 'command', length: 1_000, sha256: sha256(JSON.stringify(many)) }])
  const long = fitted({ command: ['sh', 'x'.repeat(100_000), 'y'] })
  expect(Buffer.byteLength(long.command?.join(' ') ?? '')).toBeLessThanOrEqual(8_192)
  expect(long.truncated?.[0]).toMatchObject({ field: 'command', length: 3 })
})

test('names are bounded in number wherever they stand', () => {
  const names = Array.from({ length: 10_000 }, (_, index) => `n${index}`)
  const { parameters, environment, truncated } = fitted({
    parameters: { query: names, form: [], headers: names },
    environment: names,
  })
  expect([parameters?.query.length, parameters?.headers.length, environment?.length]).toEqual([256, 256, 256])
  expect(truncated?.map(({ field }) => field)).toEqual(['parameters.query', 'parameters.headers', 'environment'])
})

test('detail is bounded in members and in the length of its keys', () => {
  const detail = Object.fromEntries(Array.from({ length: 1_000 }, (_, index) => [`${index}-${'k'.repeat(1_000)}`, 1]))
  const kept = Object.keys(fitted({ detail }).detail ?? {})
  expect(kept).toHaveLength(64)
  expect(Math.max(...kept.map((key) => key.length))).toBe(128)
})

test('numbers that JSON cannot say are left out', () => {
  expect(fitted({ durationMs: Number.NaN, bytesIn: Number.POSITIVE_INFINITY, status: 200 })).toEqual({
    kind: 'call',
    status: 200,
  })
})

test('what the caller has already cut is kept', () => {
  const truncated = [{ field: 'body', length: 9, sha256: 'x' }]
  expect(fitted({ app: 'a'.repeat(2_000), truncated }).truncated?.map(({ field }) => field)).toEqual(['body', 'app'])
})

test('a key called __proto__ is a key', () => {
  const detail = JSON.parse('{"__proto__":"x","a":"y"}')
  expect(canonical(fitted({ detail }))).toBe('{"detail":{"__proto__":"x","a":"y"},"kind":"call"}')
})

test('whatever a draft holds, it can be encoded and is bounded', () => {
  const unit = fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code))
  const text = fc.oneof(
    fc.array(unit, { maxLength: 50 }).map((units) => units.join('')),
    fc.constantFrom('\0', '\ud800', '€'.repeat(9_000)),
  )
  const anything = fc.anything({ withBigInt: true, withNullPrototype: true, withSparseArray: true, withMap: true })
  fc.assert(
    fc.property(
      fc.record({ app: text, path: text, command: fc.array(text), detail: fc.dictionary(text, text), odd: anything }),
      (hostile) => {
        const { draft, size } = fit({ kind: 'call', ...hostile })
        const encoded = canonical(draft)
        expect(encoded).not.toMatch(/[\u0000-\u001f]|\\u0000(?<!\\\\u0000)/)
        expect(encoded.length).toBeLessThan(200_000)
        expect(size).toBeGreaterThan(0)
      },
    ),
    { numRuns: 300 },
  )
})
