import { expect, test } from 'vitest'
import { readRacks } from './racks.ts'

function read(env: NodeJS.ProcessEnv) {
  const problems: string[] = []
  const racks = readRacks(env, problems)
  return { problems, names: racks.map(({ name }) => name), racks }
}

test('names are lower-cased, underscores are hyphens, and the order is that of the names', () => {
  const { names, problems } = read({
    RACK_URL_US_EAST_1: 'https://a',
    RACK_TOKEN_US_EAST_1: 't',
    RACK_URL_EU: 'http://b:5443/',
    RACK_TOKEN_EU: 't',
  })
  expect(problems).toEqual([])
  expect(names).toEqual(['eu', 'us-east-1'])
})

test('the parts of one rack may be spelled in different ways, the same part twice may not', () => {
  expect(read({ RACK_URL_us_east: 'https://a', RACK_TOKEN_US_EAST: 't' }).names).toEqual(['us-east'])
  const twice = read({ RACK_URL_US_EAST: 'https://a', 'RACK_URL_US-EAST': 'https://b', RACK_TOKEN_US_EAST: 't' })
  expect(twice.problems).toEqual(['RACK_URL_US_EAST and RACK_URL_US-EAST are the same rack, us-east; keep one of them'])
})

test('certificates are verified unless the variable says true, in this one spelling', () => {
  const rack = { RACK_URL_A: 'https://a', RACK_TOKEN_A: 't' }
  expect(read({ ...rack, RACK_TLS_INSECURE_A: 'true' }).racks[0]?.tlsInsecure).toBe(true)
  expect(read({ ...rack, RACK_TLS_INSECURE_A: 'false' }).racks[0]?.tlsInsecure).toBe(false)
  for (const value of ['TRUE', '1', 'yes', '', ' true'])
    expect(read({ ...rack, RACK_TLS_INSECURE_A: value }).problems[0]).toContain(
      'RACK_TLS_INSECURE_A is not valid; it should be true or false',
    )
})

test.each([
  ['https://user:pw@a', 'carries credentials'],
  ['https://@a', 'carries credentials'],
  ['https://a?command=x', 'has a query'],
  ['https://a?', 'has a query'],
  ['https://a/#', 'has a query or a fragment'],
  ['https://a/prefix', 'has a path'],
  ['https://a//', 'has a path'],
  ['ftp://a', 'does not begin with https://'],
  ['https:a', 'does not begin with https://'],
  ['a.example.com', 'does not begin with https://'],
  ['https://', 'is not a URL'],
  ['https://a:99999', 'is not a URL'],
  [' https://a', 'does not begin with'],
  ['https://a\n', 'has a space, a backslash or a control character'],
  ['https://a\\@b', 'has a space, a backslash'],
  ['https://a\t.b', 'has a space'],
  ['', 'does not begin with'],
])('the address %j is refused: it %s', (url, what) => {
  expect(read({ RACK_URL_A: url, RACK_TOKEN_A: 't' }).problems[0]).toMatch(new RegExp(`^RACK_URL_A ${what}`))
})

test.each(['', ' ', 'a b', 'tök', 'a\n', 'a\u0000'])('the token %j is refused', (token) => {
  expect(read({ RACK_URL_A: 'https://a', RACK_TOKEN_A: token }).problems[0]).toBe(
    "RACK_TOKEN_A is not valid; it should be the rack's password, in printable ASCII without spaces",
  )
})

test.each([
  'RACK_URL_',
  'RACK_URL__A',
  'RACK_URL_A_',
  'RACK_TOKEN_Ä',
  'RACK_URL_A.B',
  `RACK_URL_${'A'.repeat(64)}`,
  'RACK_TLS_INSECURE_A/B',
])('%s names no rack', (name) => {
  expect(read({ [name]: 'https://a' }).problems[0]).toContain(`${name} does not end in the name of a rack`)
})

test('each half without the other is refused, and points to the name that was perhaps meant', () => {
  const { problems } = read({ RACK_URL_STAGING: 'https://a', RACK_TOKEN_STAGNG: 't', RACK_TLS_INSECURE_OTHER: 'true' })
  expect(
    problems.some((problem) =>
      problem.startsWith('RACK_TOKEN_STAGING is missing (is RACK_TOKEN_STAGNG a misspelling of it?)'),
    ),
  ).toBe(true)
  expect(problems.some((problem) => problem.startsWith('RACK_URL_OTHER is missing;'))).toBe(true)
  expect(problems.some((problem) => problem.startsWith('RACK_TOKEN_OTHER is missing;'))).toBe(true)
})

test('names from JavaScript are names of racks like any other', () => {
  const { names, problems } = read({
    RACK_URL_CONSTRUCTOR: 'https://a',
    RACK_TOKEN_CONSTRUCTOR: 't',
    RACK_URL_TOSTRING: 'https://a',
    RACK_TOKEN_TOSTRING: 't',
  })
  expect(problems).toEqual([])
  expect(names).toEqual(['constructor', 'tostring'])
})
