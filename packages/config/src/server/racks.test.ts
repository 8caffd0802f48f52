import { rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  otherRootCertificate as otherRoot,
  serverKey as privateKey,
  rootCertificate as root,
} from '@rack-gateway/testing/certificates'
import { expect, onTestFinished, test } from 'vitest'
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

test('the variables of a rack can differ in letter case, but each can be set only once', () => {
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

const pin = 'sha256/oBQRg8u+QooIM2nLo0DKAccEsRbIMLdhnBboyXNn8wg='
const hexPin = '30f4660f98cd5253f0f3fcc0f71e95ccc26963055daaf29b0923ec6713f8299d'
const secured = { RACK_URL_A: 'https://a', RACK_TOKEN_A: 't' }

test('a rack without TLS settings is verified by the authorities of Node, with any key', () => {
  expect(read(secured).racks[0]).toMatchObject({ tlsInsecure: false, tlsCa: null, tlsPins: [] })
})

test('authorities and keys apply only to their own rack, and are frozen', () => {
  const { racks, problems } = read({
    ...secured,
    RACK_CA_A: `${root}\n${otherRoot}`,
    RACK_TLS_PIN_A: `${pin},${hexPin}`,
    RACK_URL_B: 'https://b',
    RACK_TOKEN_B: 't',
  })
  expect(problems).toEqual([])
  expect(racks[0]).toMatchObject({
    tlsCa: `${root}\n${otherRoot}`,
    tlsPins: [pin, 'sha256/MPRmD5jNUlPw8/zA9x6VzMJpYwVdqvKbCSPsZxP4KZ0='],
  })
  expect(racks[1]).toMatchObject({ tlsCa: null, tlsPins: [] })
  expect(Object.isFrozen(racks[0]) && Object.isFrozen(racks[0]?.tlsPins)).toBe(true)
})

test('the authorities can be in a file', () => {
  const path = join(tmpdir(), `rack-ca-${process.pid}.pem`)
  writeFileSync(path, `test root\n${root}\n`)
  onTestFinished(() => rmSync(path))
  expect(read({ ...secured, RACK_CA_A: path }).racks[0]?.tlsCa).toBe(root)
})

test('a pin without verification of the certificate is valid', () => {
  const { racks, problems } = read({ ...secured, RACK_TLS_INSECURE_A: 'true', RACK_TLS_PIN_A: pin })
  expect(problems).toEqual([])
  expect(racks[0]).toMatchObject({ tlsInsecure: true, tlsPins: [pin] })
})

test.each([
  ['RACK_CA_A', '', 'RACK_CA_A contains no certificate; it should be the only authorities'],
  ['RACK_CA_A', privateKey, 'RACK_CA_A contains a private key'],
  ['RACK_CA_A', '/nowhere/hunter2', 'RACK_CA_A names a file that cannot be read: no such file or directory; it should'],
  ['RACK_TLS_PIN_A', '', 'RACK_TLS_PIN_A is not the SHA-256 of a key; it should be the SHA-256 of each public key'],
  ['RACK_TLS_PIN_A', `${pin},hunter2`, 'RACK_TLS_PIN_A has a pin (number 2) that is not the SHA-256 of a key'],
])('%s=%j never disables the protection', (variable, value, problem) => {
  const { problems } = read({ ...secured, [variable]: value })
  expect(problems).toEqual([expect.stringContaining(problem)])
  expect(problems.join()).not.toContain('hunter2')
})

test('a protection without an effect is rejected', () => {
  const plain = { ...secured, RACK_URL_A: 'HTTP://a', RACK_CA_A: root, RACK_TLS_PIN_A: pin }
  expect(read(plain).problems).toEqual([
    'RACK_CA_A is set although RACK_URL_A is plain http, where there is no certificate; use https, or remove it',
    'RACK_TLS_PIN_A is set although RACK_URL_A is plain http, where there is no certificate; use https, or remove it',
  ])
  expect(read({ ...secured, RACK_TLS_INSECURE_A: 'true', RACK_CA_A: root }).problems).toEqual([
    'RACK_CA_A is set although RACK_TLS_INSECURE_A accepts every authority; remove one of them',
  ])
})

test('all problems of one rack are reported at once', () => {
  const wrong = { RACK_CA_A: '/nowhere', RACK_TLS_PIN_A: 'x', RACK_URL_A: 'http://a/b', RACK_TLS_INSECURE_A: 'yes' }
  const { problems } = read(wrong)
  for (const start of ['RACK_CA_A names', 'RACK_CA_A is set', 'RACK_TLS_PIN_A is set', 'RACK_TLS_PIN_A is not'])
    expect(problems.filter((problem) => problem.startsWith(start))).toHaveLength(1)
  for (const start of ['RACK_URL_A has', 'RACK_TLS_INSECURE_A is not', 'RACK_TOKEN_A is missing'])
    expect(problems.filter((problem) => problem.startsWith(start))).toHaveLength(1)
  expect(problems).toHaveLength(7)
})

test('a valid RACK_CA file is not suggested as a misspelling of another variable', () => {
  const path = join(tmpdir(), `rack-ca-hint-${process.pid}.pem`)
  writeFileSync(path, root)
  onTestFinished(() => rmSync(path))
  const { problems } = read({ ...secured, RACK_CA_A: path, RACK_URL_B: 'https://b' })
  expect(problems).toEqual([expect.stringMatching(/^RACK_TOKEN_B is missing; /)])
})

test('authorities and keys of a rack that has no address are a mistake', () => {
  const { problems } = read({ ...secured, RACK_TLS_PIN_STAGING: pin })
  expect(problems).toEqual([
    expect.stringMatching(/^RACK_URL_STAGING is missing; /),
    expect.stringMatching(/^RACK_TOKEN_STAGING is missing; /),
  ])
})

test.each([
  ['https://user:pw@a', 'contains credentials'],
  ['https://@a', 'contains credentials'],
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
  ['https://a\n', 'has a space, a backslash, or a control character'],
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
  'RACK_CA_',
  'RACK_TLS_PIN_A.B',
])('%s names no rack', (name) => {
  expect(read({ [name]: 'https://a' }).problems[0]).toContain(`${name} does not end in the name of a rack`)
})

test('each half without the other is invalid, and the error suggests a name', () => {
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
