import { diffEnv, keysInsideValues, runToEnd } from '@rack-gateway/convox-api'
import { expect, test } from 'vitest'
import { type KeyChange, redactChanges as redactChangesInSteps } from './recorded-changes.ts'

const redactChanges = (changes: readonly KeyChange[], enclosing: ReadonlyMap<string, string>) =>
  runToEnd(redactChangesInSteps(changes, enclosing))

const added = (key: string): KeyChange => ({ key, change: 'added' })

test('a line of a secret that the rack takes for a key is counted, not recorded', () => {
  const lines = ['"private_key": "-----BEGIN PRIVATE KEY-----\\nMIIE', 'PEMBODY3:CCCC', 'B']
  expect(redactChanges(lines.map(added), new Map())).toEqual([
    { key: 'B', change: 'added' },
    { key: '[not a variable name]', change: 'added', keys: 2 },
  ])
})

test.each([
  'GOOGLE={\n  "id": "x=y",\n  "private_key": "-----BEGIN PRIVATE KEY-----\\nMIIESECRET==\\n-----END PRIVATE KEY-----\\n"\n}\nB=1',
  'GOOGLE=-----BEGIN PRIVATE KEY-----\nPEMSECRET:CCCC==\nMIIE/SECRET+x=\nmiSECRET==\n-----END PRIVATE KEY-----\nB=1',
])('the names of an environment contain no part of a secret with several lines: %j', (env) => {
  const recorded = redactChanges(diffEnv('', env).map(added), keysInsideValues(env))
  expect(recorded.map(({ key }) => key)).toEqual(['B', 'GOOGLE', '[not a variable name]'])
  expect(JSON.stringify(recorded)).not.toContain('SECRET')
})

test('lines with different changes count as changed', () => {
  const changes = [added('a:b'), { key: 'c:d', change: 'removed' as const }]
  expect(redactChanges(changes, new Map())).toEqual([{ key: '[not a variable name]', change: 'changed', keys: 2 }])
})

test('a line of a value that looks like a variable is recorded as a change of the variable with that value, once', () => {
  const changes = [added('CERT'), added('abc'), added('def')]
  const enclosing = new Map([
    ['abc', 'CERT'],
    ['def', 'OTHER'],
  ])
  expect(redactChanges(changes, enclosing)).toEqual([
    { key: 'CERT', change: 'added' },
    { key: 'OTHER', change: 'changed' },
  ])
})
