import { describe, expect, test } from 'vitest'
import { refusalWords } from './refusal-words.ts'

describe('a refusal of the gateway’s own says why and what to do apart', () => {
  test.each([
    [
      'behind a colon',
      'this session has ended: run "rack-gateway login"',
      'This session has ended.',
      'Run "rack-gateway login".',
    ],
    ['behind a semicolon', 'the request has no Host header; send one', 'The request has no Host header.', 'Send one.'],
    [
      'as a sentence of its own, without the rule',
      'That needs gateway:user:write. Ask an administrator (rule no-permission)',
      'That needs gateway:user:write.',
      'Ask an administrator.',
    ],
    [
      'with all that follows',
      'the provider did not answer: try again; if it goes on, tell an administrator',
      'The provider did not answer.',
      'Try again; if it goes on, tell an administrator.',
    ],
    [
      'where the cause has a colon',
      'the file is unreadable: no such file; write one',
      'The file is unreadable: no such file.',
      'Write one.',
    ],
    [
      'with an address in it',
      'no credential was sent: put it into https://convox:TOKEN@GATEWAY',
      'No credential was sent.',
      'Put it into https://convox:TOKEN@GATEWAY.',
    ],
  ])('%s', (_how, sentence, reason, next) => {
    expect(refusalWords('a-rule', sentence, 400)).toEqual({ rule: 'a-rule', source: 'gateway', reason, next })
  })

  test.each([
    [401, 'Log in, or use another token.'],
    [403, 'Ask an administrator of the gateway.'],
    [404, 'Check the name and the address.'],
    [429, 'Wait, then try again.'],
    [400, 'Correct the request, and send it again.'],
    [503, 'Try again in a moment; if it stays like this, tell an administrator of the gateway.'],
  ])('by its status alone, where it says only why: %i', (status, next) => {
    expect(refusalWords('a-rule', 'the rack says no: EACCES', status)).toEqual({
      rule: 'a-rule',
      source: 'gateway',
      reason: 'The rack says no: EACCES.',
      next,
    })
  })

  test('costs time in proportion to its length, whatever is in it', () => {
    const started = performance.now()
    for (const piece of ['; ', ': if ', '. if a, ', ': then ', ' (rule ', 'if x, then '])
      refusalWords('a-rule', piece.repeat(20_000), 400)
    expect(performance.now() - started).toBeLessThan(2_000)
  })
})
