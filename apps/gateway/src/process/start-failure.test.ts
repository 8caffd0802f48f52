import { expect, test } from 'vitest'
import { isExpected, listenFailure, sentenceOf } from './start-failure.ts'

const address = { host: '10.9.9.9', port: 8447 }

function failing(code: string): Error {
  return Object.assign(new Error(`listen ${code}`), { code })
}

test.each([
  ['EADDRINUSE', /^Port 8447 of 10\.9\.9\.9 is in use by another program\. Stop that program, or choose another port/],
  ['EACCES', /^This user may not use port 8447 of .*\. Choose a port from 1024 on\.$/],
  ['EADDRNOTAVAIL', /^10\.9\.9\.9 is not an address of this machine\. Correct HOST\.$/],
  ['ENOTFOUND', /^The host name 10\.9\.9\.9 is not known\. Correct HOST\.$/],
  ['EAI_AGAIN', /^The host name 10\.9\.9\.9 cannot be looked up now\. Correct HOST\.$/],
])('%s is a sentence with the next step', (code, sentence) => {
  const failure = listenFailure(failing(code), address)
  expect(isExpected(failure)).toBe(true)
  expect(sentenceOf(failure)).toMatch(sentence)
})

test('an unknown error is returned unchanged, and is not expected', () => {
  const error = failing('EMFILE')
  expect(listenFailure(error, address)).toBe(error)
  expect(isExpected(error)).toBe(false)
  expect(isExpected('thrown text')).toBe(false)
})

test('a message of several lines becomes one', () => {
  expect(sentenceOf(new Error('first\n   second\n'))).toBe('first second')
  expect(sentenceOf('thrown text')).toBe('thrown text')
})
