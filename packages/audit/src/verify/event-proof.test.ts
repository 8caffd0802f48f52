import { isEventProof, proofFormat } from '@rack-gateway/audit-proof'
import { Value } from 'typebox/value'
import { expect, test } from 'vitest'
import { EventProof } from './event-proof.ts'

const digest = 'ab'.repeat(32)
const proof = { format: proofFormat, event: { seq: 1 }, prev: digest, path: [digest], checkpoint: '', keyChanges: [''] }

test.each<readonly [boolean, unknown]>([
  [true, proof],
  [true, { ...proof, more: 1 }],
  [true, { ...proof, path: Array(64).fill(digest) }],
  [false, { ...proof, path: Array(65).fill(digest) }],
  [false, { ...proof, path: [digest.toUpperCase()] }],
  [false, { ...proof, path: [1] }],
  [false, { ...proof, path: digest }],
  [false, { ...proof, prev: digest.slice(1) }],
  [false, { ...proof, prev: `${digest}\n` }],
  [false, { ...proof, prev: undefined }],
  [false, { ...proof, event: null }],
  [false, { ...proof, event: [] }],
  [false, { ...proof, event: 'text' }],
  [false, { ...proof, checkpoint: null }],
  [false, { ...proof, keyChanges: [null] }],
  [false, { ...proof, keyChanges: {} }],
  [false, { ...proof, format: 'other' }],
  [false, []],
  [false, null],
  [false, 'text'],
])('the schema of the API and the verifier agree whether a value is a proof: %s', (isProof, value) => {
  expect(isEventProof(value)).toBe(isProof)
  expect(Value.Check(EventProof, value)).toBe(isProof)
})
