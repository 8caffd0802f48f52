import { deriveKey } from '@rack-gateway/auth/secret'
import { expect, test } from 'vitest'
import { recordingKeys } from './recording-keys.ts'

const secrets = [Buffer.alloc(32, 'newer'), Buffer.alloc(32, 'older')]

test('recordings get the keys of their own purposes, newest first', () => {
  const purpose = 'rack-gateway/recording/1/01a21006-6e55-7646-9171-966421143187/00'
  expect(recordingKeys(secrets)(purpose)).toEqual(secrets.map((secret) => deriveKey(secret, purpose)))
})

test.each(['rack-gateway/token-signature/1', 'rack-gateway mask', 'rack-gateway/recording/2/id', ''])(
  'recordings get no key for the purpose %j',
  (purpose) => {
    expect(() => recordingKeys(secrets)(purpose)).toThrow('is not a purpose of recordings')
  },
)
