import { asSentences, type Explanation, explanationOf, formatMessage } from '@rack-gateway/errors'
import { describe, expect, test } from 'vitest'
import { denialModules, errorModules, exportsOf } from './reference/modules.ts'

/** Errors whose constructors take something else than the holes of their sentence. */
const examples: Readonly<Record<string, readonly unknown[]>> = { ConfigError: [['PORT is no port']] }
const filled = ['the first thing', 'the second', 'the third']

/** Those of the command are printed, and no answer of a gateway; those of the demo rack are a rack's. */
const answering = (path: string) => !path.startsWith('apps/cli/') && !path.startsWith('apps/demo/')

describe('a denied caller reads why, and what to do', () => {
  test('of every error, 5xx as well, with its holes filled', async () => {
    const errors = (await errorModules(answering)).flat().filter(isErrorClass).map(made)
    expect(errors.length).toBeGreaterThan(110)
    const told = errors.map((error) => ({
      name: Reflect.get(error, 'code'),
      message: error.message,
      words: explanationOf(error),
    }))
    expect(told.filter(({ words }) => words === null)).toEqual([])
    for (const { name, message, words } of told) expectBoth(`${name}`, message, words)
  })

  test('of every rule that is a constant', async () => {
    const refusals = (await Promise.all(denialModules().map(exportsOf))).flat().filter(isRule)
    expect(refusals.length).toBeGreaterThan(60)
    for (const refusal of refusals) expectBoth(refusal.rule, formatMessage(refusal), refusal)
  })
})

/** Those whose message is a list, or the cause of what is answered. */
const longer = new Set(['RGW_CONFIG_INVALID', 'RGW_UNMASKABLE_ANSWER'])

function expectBoth(name: string, message: string, words: Explanation | null): void {
  if (words === null) throw new Error(`${name} says nothing`)
  expect(message.includes('\n') && !longer.has(name), `${name} is one line`).toBe(false)
  expect(message, `${name} has no hole left`).not.toMatch(/%[sd]|undefined/)
  const { reason, remedy } = asSentences(words)
  for (const sentence of [reason, remedy]) {
    expect(sentence, name).toMatch(/^[^\n]{4,}[.!?…]$/)
    expect(sentence, name).not.toMatch(/[;:,]\.$|^\s/)
  }
  if (!longer.has(name)) expect([formatMessage(words), words.reason], name).toContain(message)
}

type ErrorClass = new (...args: readonly unknown[]) => Error

function isErrorClass(value: unknown): value is ErrorClass {
  return typeof value === 'function' && value.prototype instanceof Error
}

function made(Class: ErrorClass): Error {
  return new Class(...(examples[Class.name] ?? filled))
}

function isRule(value: unknown): value is Explanation & { readonly rule: string } {
  return typeof value === 'object' && value !== null && 'rule' in value && 'reason' in value
}
