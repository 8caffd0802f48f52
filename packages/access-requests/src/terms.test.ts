import { contains } from '@rack-gateway/rbac-policy'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type GrantTerms, intersectPatterns, intersectTerms, wideningOf } from './terms.ts'

const terms = (changes: Partial<GrantTerms> = {}): GrantTerms => ({
  racks: ['production'],
  apps: ['*'],
  seconds: 3_600,
  startsAt: null,
  ...changes,
})

test.each([
  [['*'], ['web'], ['web']],
  [['web'], ['*'], ['web']],
  [['web', 'api'], ['api', 'worker'], ['api']],
  [['web-*'], ['web-1', 'api'], ['web-1']],
  [['web-*'], ['*-staging'], []],
  [['web'], ['api'], []],
  [['*'], ['*'], ['*']],
  [
    ['web*', 'web-1'],
    ['web-1', 'web*'],
    ['web*', 'web-1'],
  ],
])('%j and %j have %j in common', (ones, others, common) => {
  expect(intersectPatterns(ones, others)).toEqual(common)
})

test('reviews give the least of all: the shortest time, and the latest start', () => {
  const one = terms({ seconds: 1_800, startsAt: 5_000 })
  const other = terms({ seconds: 2_400, startsAt: 9_000 })
  expect(intersectTerms([terms(), one, other])).toMatchObject({ seconds: 1_800, startsAt: 9_000, endsAt: 1_805_000 })
})

test('a start that one review sets is the start', () => {
  expect(intersectTerms([terms(), terms({ startsAt: 5_000 })])).toMatchObject({ startsAt: 5_000, endsAt: 3_605_000 })
  expect(intersectTerms([terms(), terms()])).toMatchObject({ startsAt: null, endsAt: null })
})

test.each<[string, Partial<GrantTerms>, Partial<GrantTerms>, RegExp | null]>([
  ['the same terms', {}, {}, null],
  ['fewer racks', { racks: ['production*'] }, { racks: ['production-eu'] }, null],
  ['another rack', {}, { racks: ['production', 'staging'] }, /rack pattern staging/],
  ['more racks', {}, { racks: ['production*'] }, /rack pattern production\*/],
  ['fewer apps', {}, { apps: ['web'] }, null],
  ['more apps', { apps: ['web'] }, { apps: ['*'] }, /app pattern \*/],
  ['a shorter time', {}, { seconds: 60 }, null],
  ['a longer time', {}, { seconds: 3_601 }, /3600 seconds/],
  ['a start where none was asked for', {}, { startsAt: 5_000 }, null],
  ['a later start', { startsAt: 5_000 }, { startsAt: 5_001 }, null],
  ['an earlier start', { startsAt: 5_000 }, { startsAt: 4_999 }, /requested start/],
  ['no start', { startsAt: 5_000 }, { startsAt: null }, /requested start/],
])('%s: whether it is more than was asked for', (_, wide, narrow, expected) => {
  const widening = wideningOf(terms(wide), terms(narrow))
  if (expected === null) expect(widening).toBeNull()
  else expect(widening).toMatch(expected)
})

const pattern = fc.constantFrom('*', 'a', 'b', 'ab', 'a*', '*b', 'a*b', 'b*', 'ba')
const patterns = fc.uniqueArray(pattern, { minLength: 1, maxLength: 4 })
const anyTerms = fc.record({
  racks: patterns,
  apps: patterns,
  seconds: fc.integer({ min: 60, max: 600 }),
  startsAt: fc.option(fc.integer({ min: 0, max: 600_000 })),
})
const names = ['a', 'b', 'ab', 'ba', 'aab', 'abb', 'c']
const matches = (list: readonly string[], name: string) => list.some((one) => contains(one, name))

test('a name is in an intersection only if every list has it', () => {
  fc.assert(
    fc.property(patterns, patterns, (ones, others) => {
      const common = intersectPatterns(ones, others)
      for (const name of names)
        if (matches(common, name)) expect(matches(ones, name) && matches(others, name)).toBe(true)
      expect(new Set(intersectPatterns(others, ones))).toEqual(new Set(common))
    }),
  )
})

test('what all terms allow is never more than what one of them allows', () => {
  fc.assert(
    fc.property(anyTerms, fc.array(anyTerms, { maxLength: 3 }), (first, others) => {
      const common = intersectTerms([first, ...others])
      for (const one of [first, ...others]) {
        expect(wideningOf(one, common)).toBeNull()
        if (one.startsAt !== null) expect(common.endsAt).toBeLessThanOrEqual(one.startsAt + one.seconds * 1_000)
      }
    }),
  )
})
