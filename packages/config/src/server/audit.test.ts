import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { ConfigError } from '../errors/errors.ts'
import { forgetSecrets } from './environment.ts'
import { readServerConfig } from './server.ts'

const signing = Buffer.alloc(32, 1).toString('base64')
const older = Buffer.alloc(32, 2).toString('base64')
const complete = {
  RACK_URL_STAGING: 'https://api.staging.convox.cloud',
  RACK_TOKEN_STAGING: 'rack-password',
  APP_SECRET_KEY: '0123456789abcdef0123456789abcdef',
}

function problemsOf(env: NodeJS.ProcessEnv): readonly string[] {
  try {
    readServerConfig({ ...complete, ...env })
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split('\n  - ').slice(1)
    throw error
  }
  return []
}

test('without anything set, keys are derived and copies go nowhere', () => {
  expect(readServerConfig(complete).checkpoints).toEqual({ signingKeys: [], directory: null, s3: null, webhook: null })
})

test('keys are read, newest first, with every destination', () => {
  const { checkpoints } = readServerConfig({
    ...complete,
    AUDIT_SIGNING_KEY: `${signing}, ${older}`,
    AUDIT_CHECKPOINT_DIR: '/var/checkpoints',
    AUDIT_CHECKPOINT_S3: 's3://records/audit?region=eu-west-1',
    AUDIT_CHECKPOINT_S3_LOCK: '30d',
    AUDIT_CHECKPOINT_WEBHOOK: 'https://keep.example.com/secret-path',
  })
  expect(checkpoints.signingKeys.map((key) => key.reveal())).toEqual([signing, older])
  expect(checkpoints).toMatchObject({
    directory: '/var/checkpoints',
    s3: { address: 's3://records/audit?region=eu-west-1', lockMs: 30 * 86_400_000 },
  })
  expect(checkpoints.webhook?.reveal()).toBe('https://keep.example.com/secret-path')
  expect(inspect(checkpoints, { depth: 9 })).not.toMatch(/secret-path|AQEB/)
})

test.each([
  ['AUDIT_SIGNING_KEY', 'hunter2'],
  ['AUDIT_SIGNING_KEY', Buffer.alloc(31).toString('base64')],
  ['AUDIT_SIGNING_KEY', `${signing},${signing}`],
  ['AUDIT_SIGNING_KEY', `${signing},`],
  ['AUDIT_CHECKPOINT_DIR', 'relative/hunter2'],
  ['AUDIT_CHECKPOINT_S3', 'https://hunter2'],
  ['AUDIT_CHECKPOINT_WEBHOOK', 'http://keep.example.com/hunter2'],
  ['AUDIT_CHECKPOINT_WEBHOOK', 'https://user:hunter2@keep.example.com'],
  ['AUDIT_CHECKPOINT_WEBHOOK', 'hunter2'],
])('%s=%s is refused, and not shown', (name, value) => {
  const problems = problemsOf({ [name]: value })
  expect(problems).toHaveLength(1)
  expect(problems[0]).toMatch(new RegExp(`^${name} `))
  expect(problems[0]).not.toContain('hunter2')
})

test('a lock that is no duration is refused', () => {
  const problems = problemsOf({ AUDIT_CHECKPOINT_S3: 's3://bucket/checkpoints', AUDIT_CHECKPOINT_S3_LOCK: 'forever' })
  expect(problems).toEqual([expect.stringMatching(/^AUDIT_CHECKPOINT_S3_LOCK /)])
})

test('a webhook on this machine can be plain http', () => {
  expect(problemsOf({ AUDIT_CHECKPOINT_WEBHOOK: 'http://127.0.0.1:8080/x' })).toEqual([])
})

test('secrets are removed from the environment after they are read', () => {
  const env: NodeJS.ProcessEnv = { AUDIT_SIGNING_KEY: 'x', AUDIT_CHECKPOINT_WEBHOOK: 'x', AUDIT_CHECKPOINT_DIR: '/x' }
  forgetSecrets(env)
  expect(env).toEqual({ AUDIT_CHECKPOINT_DIR: '/x' })
})
