import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { allCommands } from './command-tables.ts'
import type { CommandContext, CommandPlan } from './definition/types.ts'
import { planCommand } from './plan-command.ts'

const commands = allCommands()

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  fc.constantFrom('', '-', '--', '--help', '..', '/', '?', '#', '\0', '\ud800', '\ufffd', '__proto__', 'constructor'),
)
const flagNames = [...new Set(commands.flatMap(({ flags }) => flags.map(({ name }) => name)))]
const shorts = [...new Set(commands.flatMap(({ flags }) => flags.map(({ short }) => short)))].join('')
const flag = fc.oneof(
  fc.constantFrom(...flagNames, '__proto__', 'toString', 'hasOwnProperty').map((name) => `--${name}`),
  fc.tuple(fc.constantFrom(...flagNames), anyText).map(([name, value]) => `--${name}=${value}`),
  fc.array(fc.constantFrom(...shorts), { maxLength: 5 }).map((letters) => `-${letters.join('')}`),
)
const plain = fc.constantFrom('web', 'R1', 'A=1', 'p1:/x', 'a:80', '1', '2h', 'https://r.test/v1/', '/apps')
const name = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom(...commands.map((command) => command.name.split(' '))) },
  { weight: 1, arbitrary: fc.array(anyText, { maxLength: 3 }) },
)
const rest = fc.array(fc.oneof(plain, flag, anyText), { maxLength: 8 })
const anyWords = fc.tuple(name, rest).map(([words, others]) => [...words, ...others])
const anyContext: fc.Arbitrary<CommandContext> = fc.record({
  appSetting: fc.option(anyText),
  directory: fc.oneof(fc.constant('myapp'), anyText),
  rack: fc.option(fc.constant('rack1')),
  input: fc.constantFrom('terminal', 'stream'),
})
const context: CommandContext = { appSetting: null, directory: 'myapp', rack: 'rack1', input: 'terminal' }

/** Every value of a call is valid in a request line and in headers. */
function expectSound(plan: CommandPlan): void {
  if (plan.kind !== 'calls') return
  expect(plan.calls.length).toBeGreaterThan(0)
  for (const { route, params, command, app } of plan.calls) {
    const names = [...route.path.matchAll(/\{([a-z]+)/g)].map(([, key = '']) => key)
    expect(names).toEqual(expect.arrayContaining(Object.keys(params)))
    for (const value of Object.values(params)) expect(value).toMatch(/^[A-Za-z0-9._~$&+,=:@/-]+$/)
    if (app !== null) expect(['.', '..']).not.toContain(app)
    if (command) expect(command.header).toMatch(/^[^\x00-\x1f\x7f\u0100-\uffff]+$/)
  }
}

describe('for any arguments', () => {
  test('the plan is valid', () => {
    fc.assert(fc.property(anyWords, anyContext, (words, where) => expectSound(planCommand(words, where))))
  })

  test('the plan does not depend on earlier plans', () => {
    fc.assert(
      fc.property(anyWords, anyWords, (words, others) => {
        const before = planCommand(words, context)
        planCommand(others, context)
        expect(planCommand(words, context)).toEqual(before)
      }),
    )
  })

  test('names of inherited properties have no effect', () => {
    for (const word of ['--__proto__', '--constructor=x', '--hasOwnProperty', '--toString=']) {
      expect(planCommand(['ps', word], context).kind).toBe('unknown')
      expect(planCommand([word.slice(2)], context).kind).toBe('unknown')
    }
    expect(planCommand(['env', 'set', '__proto__=1'], context)).toMatchObject({ kind: 'calls' })
  })
})

describe('for long arguments', () => {
  const count = 120_000
  test.each([
    ['letters', ['ps', `-${'w'.repeat(count)}`]],
    ['flags', ['ps', ...new Array<string>(count).fill('-w')]],
    ['values', ['build', ...new Array<string>(count / 8).fill('--build-args=A')]],
    ['arguments', ['env', 'unset', ...new Array<string>(count).fill('A')]],
    ['keys', ['env', 'set', ...Array.from({ length: count / 10 }, (_, index) => `K${index}=1`)]],
    ['after --', ['exec', 'web', '--', ...new Array<string>(count).fill('a')]],
    ['spaces', ['exec', 'web', ' '.repeat(count), 'a', ' '.repeat(count)]],
    ['spaces between', ['exec', 'web', 'a', ' '.repeat(count), 'b']],
    ['hosts', ['proxy', ...new Array<string>(count / 10).fill('db:5432')]],
    ['a path', ['api', 'get', `/${'a'.repeat(count)}`]],
    ['more than the maximum', ['exec', 'web', ...new Array<string>(1_000_000).fill('word')]],
    ['no command', new Array<string>(1_000_000).fill('word')],
  ])('%s: the time is bounded', (_, words) => {
    const before = process.cpuUsage()
    planCommand(words, { ...context, appSetting: `a${' '.repeat(100_000)}b` })
    const { user, system } = process.cpuUsage(before)
    expect(user + system).toBeLessThan(1_000_000)
  })
})
