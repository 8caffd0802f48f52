import { asSentences, type Explanation, explanationOf, formatMessage } from '@rack-gateway/errors'
import { describe, expect, test } from 'vitest'
import { denialModules, errorModules, exportsOf } from './reference/modules.ts'

/** Arguments of errors whose constructors do not take the placeholders of their text. */
const examples: Readonly<Record<string, readonly unknown[]>> = { ConfigError: [['PORT is no port']] }
const filled = ['the first thing', 'the second', 'the third']

/** Leaves out errors of the CLI and of the demo rack, which no gateway sends. */
const answering = (path: string) => !path.startsWith('apps/cli/') && !path.startsWith('apps/demo/')

describe('a denied caller learns the reason and the remedy', () => {
  test('from every error, including 5xx, with its placeholders filled', async () => {
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

  test('from every constant rule', async () => {
    const refusals = (await Promise.all(denialModules().map(exportsOf))).flat().filter(isRule)
    expect(refusals.length).toBeGreaterThan(60)
    for (const refusal of refusals) expectBoth(refusal.rule, formatMessage(refusal), refusal)
  })
})

/** Errors whose message is a list, or the cause of the response. */
const longer = new Set(['RGW_CONFIG_INVALID', 'RGW_UNMASKABLE_ANSWER'])

function expectBoth(name: string, message: string, words: Explanation | null): void {
  if (words === null) throw new Error(`${name} has no explanation`)
  expect(message.includes('\n') && !longer.has(name), `${name} is one line`).toBe(false)
  expect(message, `${name} has no placeholder left`).not.toMatch(/%[sd]|undefined/)
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

/** Tables of the database and options of commands can also have members of these names, but no texts in them. */
function isRule(value: unknown): value is Explanation & { readonly rule: string } {
  return typeof value === 'object' && value !== null && 'reason' in value && 'rule' in value && isText(value.rule)
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}
