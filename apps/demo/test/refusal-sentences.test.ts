import { refusalWords } from '@rack-gateway/gateway'
import { describe, expect, test } from 'vitest'
import { errorModules, exportsOf } from './reference/modules.ts'

/** Whoever is refused is told what to do: by the refusal itself, and not only by what its status stands for. */
interface Said {
  readonly name: string
  readonly status: number
  readonly sentence: string
}

/** Nobody is there any more to be told. */
const untold = new Set(['RGW_CALLER_GONE', 'RGW_NOBODY_WAITS'])

const files = [
  'packages/auth/src/refusal.ts',
  'packages/auth/src/login/refusal.ts',
  'packages/auth/src/cli-login/refusal.ts',
  'packages/convox-api/src/target-refusals.ts',
]

async function sentences(): Promise<Said[]> {
  const errors = (await errorModules()).flat().filter(isErrorClass).map(saidBy)
  const rules = (await Promise.all(files.map(exportsOf))).flat().filter(isRule)
  return [
    ...errors.filter(
      ({ name, status, sentence }) => status >= 400 && status < 500 && sentence !== '…' && !untold.has(name),
    ),
    ...rules.map(({ rule, reason }) => ({ name: rule, status: 403, sentence: reason })),
  ]
}

type ErrorClass = new (...args: readonly unknown[]) => Error

function isErrorClass(value: unknown): value is ErrorClass {
  return typeof value === 'function' && value.prototype instanceof Error
}

function saidBy(Class: ErrorClass): Said {
  const error = new Class(...(Class.name === 'ConfigError' ? [[]] : ['…']))
  const sentence = error.message.replaceAll(/%[sd]/g, '…').trim()
  return { name: String(Reflect.get(error, 'code')), status: Number(Reflect.get(error, 'statusCode')), sentence }
}

function isRule(value: unknown): value is { rule: string; reason: string } {
  return typeof value === 'object' && value !== null && 'rule' in value && 'reason' in value
}

describe('what a refusal of the gateway says', () => {
  test('is why, and what to do', async () => {
    const all = await sentences()
    expect(all.length).toBeGreaterThan(80)
    const silent = all.filter(({ sentence, status }) => {
      const { next } = refusalWords('x', sentence, status)
      return !sentence.toLowerCase().includes(next.slice(0, -1).toLowerCase())
    })
    expect(silent.map(({ name, sentence }) => `${name}: ${sentence}`)).toEqual([])
  })
})
