import { readFileSync } from 'node:fs'
import { type Endpoint, endpoints, isPrincipalEndpoint } from '@rack-gateway/gateway-api'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { checkCommandLine, wordsOfLine } from '../check-command-line.ts'
import { ownCommands, parseCommandLine } from '../command-line/command-line.ts'
import { type Command, loadAllCommands } from '../command-line/command-list.ts'
import { argumentsOf, isSwitch, optionsOf } from '../command-line/command-module.ts'
import { overview } from '../command-line/help-text.ts'
import { parseWords } from '../command-line/parse-words.ts'
import { Usage } from '../errors/errors.ts'
import { createMachine } from '../testing/harness.ts'
import { sourceFiles } from '../testing/source-files.ts'
import { commandList } from './index.ts'

const machine = createMachine()
afterAll(() => machine.remove())
const run = (...words: readonly string[]) => machine.call(words)
const { groups, singleCommands } = commandList
const commands = await loadAllCommands(commandList)
const command = (name: string): Command => {
  const found = commands.find((one) => one.name === name)
  if (found === undefined) throw new Error(`There is no command ${name}`)
  return found
}
const exclusions = (names: readonly string[]) => [...names, ...names.map((name) => `not-${name}`)]
const principals = exclusions(['principal'])
const auditLists = exclusions(['in-rack', 'app', 'kind', 'permission', 'route', 'effect', 'rule', 'status', 'address'])
const parse = (name: string, ...words: readonly string[]) => parseWords(command(name), words, 80)

describe('the list of modules', () => {
  test('has each first word of rack-gateway, and no other', () => {
    const first = [...Object.keys(singleCommands), ...groups.map(({ name }) => name), 'help']
    expect(first.toSorted()).toEqual([...ownCommands].toSorted())
  })

  test.each(commands.map((one) => [one.name, one] as const))('%s is complete', (name, { module }) => {
    expect(module.command.split(' ')[0]).toBe(name.split(' ').at(-1))
    expect(module.describe).toMatch(/^[A-Z].*\.$/)
    expect(module.examples.length).toBeGreaterThan(0)
    for (const { name: argument, isRequired, isVariadic } of argumentsOf(module))
      expect(module.builder[argument]).toMatchObject({
        describe: expect.any(String),
        ...(isRequired && { demandOption: true }),
        ...(isVariadic && { array: true }),
      })
    for (const [key, option] of optionsOf(module)) {
      expect(key).toMatch(/^[a-z]+(-[a-z]+)*$/)
      expect(option.describe).toMatch(/^[A-Z].*[^.]$/)
      expect(isSwitch(option) || option.type === 'string' || option.choices !== undefined).toBe(true)
    }
  })

  test('the default of a group is one of its actions', () => {
    for (const group of groups) if (group.default !== undefined) expect(group.actions).toHaveProperty(group.default)
  })
})

describe('commands that can need a proof of a second factor', () => {
  const sources = sourceFiles()
    .filter((path) => path.includes('/commands/'))
    .map((path) => readFileSync(path, 'utf8'))
  const names = Object.entries<Endpoint>(endpoints).flatMap(([name, endpoint]) =>
    isPrincipalEndpoint(endpoint) && (endpoint.stepUp === 'management' || endpoint.stepUp === 'factor') ? [name] : [],
  )

  test.each(names)('every command that calls %s has --mfa-code and --mfa-method', (name) => {
    for (const source of sources.filter((text) => text.includes(`'${name}'`))) expect(source).toContain('...mfaOptions')
  })

  test('are found by this test', () => {
    expect(names).toEqual(expect.arrayContaining(['createToken', 'removeSecondFactor', 'unlockUser']))
    expect(sources.filter((text) => text.includes("'createToken'"))).toHaveLength(1)
  })
})

describe('examples', () => {
  const lines = [...commands.map(({ name, module }) => ({ name, examples: module.examples })), ...groups].flatMap(
    ({ name, examples }) => examples.map((line) => [name, line] as const),
  )
  test.each(lines)('the examples of %s are valid commands: %s', async (_, line) => {
    const read = await checkCommandLine(line)
    expect(read.length).toBeGreaterThan(0)
    expect(new Set(read)).toEqual(new Set(['rack-gateway']))
  })

  test.each(overview.examples.map((line) => [line]))('of the overview: %s', (line) => {
    for (const words of wordsOfLine(line))
      expect(parseCommandLine(words).program).toBe(
        words[0] === 'login' || words[0] === 'can' ? 'rack-gateway' : 'convox',
      )
  })

  test('an unknown option in an example is found', async () => {
    const line = "rack-gateway tokens create x --rolle 'a b' > file     # why"
    expect(wordsOfLine(line)).toEqual([['tokens', 'create', 'x', '--rolle', 'a b']])
    await expect(checkCommandLine(line)).rejects.toThrow('Did you mean --role?')
  })
})

describe('help', () => {
  test.each(commands.map(({ name, module }) => [name, module] as const))(
    '%s: has usage, purpose, options, and examples, in each of its three forms',
    async (name, module) => {
      const words = name.split(' ')
      const outputs = await Promise.all([run('help', ...words), run(...words, '--help'), run(...words, '-h')])
      for (const { code, stdout, stderr } of outputs) {
        expect([code, stderr]).toEqual([0, ''])
        expect(stdout).toBe(outputs[0]?.stdout)
      }
      const [{ stdout }] = outputs
      const usage = [name, ...argumentsOf(module).map(({ shown }) => shown)].join(' ')
      expect(stdout.startsWith(`rack-gateway ${usage}\n\n${module.describe.slice(0, 40)}`)).toBe(true)
      expect(stdout).not.toMatch(/--[a-z-]*[A-Z]/)
      for (const [key] of optionsOf(module)) expect(stdout).toMatch(new RegExp(`--${key}(?![\\w-])`))
      for (const line of module.examples) expect(stdout).toContain(`\n  ${line}\n`)
    },
  )

  test.each(groups.map((group) => [group.name, group] as const))(
    '%s: names each of its commands',
    async (name, group) => {
      const [asked, direct] = [await run('help', name), await run(name, '--help')]
      expect(asked).toEqual(direct)
      expect(asked.stdout.startsWith(`rack-gateway ${name} ACTION [options]\n\n${group.describe}`)).toBe(true)
      for (const action of Object.keys(group.actions))
        expect(asked.stdout).toContain(`  rack-gateway ${name} ${action} `)
    },
  )

  test('the overview names each first word', async () => {
    const { code, stdout } = await run('help')
    expect(code).toBe(0)
    expect(await run()).toEqual(await run('--help'))
    for (const word of ownCommands.filter((own) => own !== 'help')) expect(stdout).toContain(`  rack-gateway ${word} `)
  })

  test('fits the terminal, except for examples, which can be copied', async () => {
    for (const name of ['audit search', 'policy test', 'login']) {
      const { stdout } = await machine.call(['help', ...name.split(' ')], {}, '', { columns: 60 })
      const [text = ''] = stdout.split('\n\nExamples:\n')
      expect(text.split('\n').filter((line) => line.length > 60)).toEqual([])
    }
  })
})

describe('words that no command accepts exit with 2, and the message says what to type', () => {
  test.each([
    [
      ['tokens', 'creat', 'x'],
      'There is no command "tokens creat". Did you mean tokens create? See: rack-gateway help tokens',
    ],
    [['tokens', 'zzz'], 'Actions: list, create, show, rotate, revoke, owner. See: rack-gateway help tokens'],
    [['audit'], 'audit needs an action: search, show, tail'],
    [
      ['audit', 'recordings', '--state', 'opne'],
      '--state cannot be opne. Did you mean open? Use one of open, ended, removed.',
    ],
    [['audit', 'export', '--format', 'xml', '-o', 'x'], '--format cannot be xml. Use one of ndjson, csv, ocsf.'],
    [['audit', 'export', '--format', '"csv"', '-o', 'x'], '--format cannot be "csv". Use one of ndjson, csv, ocsf.'],
    [['audit', 'export'], 'audit export needs --output. For example: rack-gateway audit export --since'],
    [['tokens', 'create', 'x', '--rol', 'ci'], 'tokens create has no option --rol. Did you mean --role?'],
    [['tokens', 'create', 'x', '--role'], '--role needs a value. See: rack-gateway help tokens create'],
    [['tokens', 'create', 'x', '--role', '--json'], '--role needs a value.'],
    [['tokens', 'create', 'x', '--role='], '--role needs a value.'],
    [['whoami', '-r'], '-r needs a value.'],
    [
      ['tokens', 'create'],
      'tokens create needs <name> (The name of the token in lists and audit events). For example: rack-gateway tokens create nightly --role viewer --expires 30d',
    ],
    [['tokens', 'revoke', 'a', 'b'], 'tokens revoke takes no argument b.'],
    [['tokens', '--json=yes'], '--json takes no value.'],
    [['racks', '--no-json'], 'racks has no option --no-json.'],
    [['-r', 'x', 'racks'], 'racks has no option --rack.'],
    [['ci', 'foo'], 'There is no command "ci foo". Actions: login. See: rack-gateway help ci'],
    [['ci'], 'ci needs an action: login.'],
    [['login', ''], '<name> of login is empty. See: rack-gateway help login'],
    [['logout'], 'logout needs a name or --all.'],
    [['logout', 'x', '--all'], 'logout takes a name or --all, and not both. Keep one of them.'],
    [['-r', 'a', 'whoami', '-r', 'b'], 'The command names two racks, a and b. Keep one of them.'],
    [['whoami', '-r', 'a', '--rack', 'b'], 'The command names two racks, a and b. Keep one of them.'],
    [['can', '-r', 'a', 'apps', '--rack', 'b'], 'The command names two racks, a and b. Keep one of them.'],
    [['can', '--foo', 'apps'], 'can has no option --foo. See: rack-gateway help can'],
    [['can'], 'can needs <command..>'],
    [['can', '--json'], 'can needs <command..>'],
    [['can', '--as', 'ada@example.com'], 'can needs <command..>'],
    [['can', '--as'], 'can needs <command..>'],
    [['can', '--as=', 'ps'], '--as needs a value.'],
    [['login', 'x', '--token', 'rgs_a', '--token', 'rgs_b'], '--token has two different values. Keep one of them.'],
    [['login', 'x', '--browser', '--no-browser'], '--browser and --no-browser contradict each other.'],
    [['switch', 'a\u001b[2J', 'b\u001b[2J'], 'switch takes no argument b\uFFFD[2J.'],
  ])('%j', async (words, sentence) => {
    const { code, stdout, stderr } = await run(...words)
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toContain(sentence)
    expect(stderr).not.toMatch(/\u001b|\0|rgs_/)
  })
})

describe('words', () => {
  test('options can be anywhere, in each of their forms, and repeated unchanged', async () => {
    for (const words of [
      ['-r', 'a', 'x'],
      ['x', '-ra'],
      ['x', '-r=a'],
      ['--rack=a', 'x'],
      ['-r', 'a', 'x', '--rack', 'a'],
    ])
      expect(await parse('audit search', ...words)).toMatchObject({ values: { rack: 'a', words: ['x'], limit: '50' } })
  })

  test.each([
    [['--', '--json', '-r'], { words: ['--json', '-r'], rack: undefined }],
    [['--', '-r', 'b', '-r', 'c'], { words: ['-r', 'b', '-r', 'c'], rack: undefined }],
    [['--in-rack', 'p', '-'], { words: ['-'], inRack: ['p'] }],
    [['--json', 'true', '1234'], { words: ['true', '1234'], json: true }],
    [['"quoted"', '--rule', "'a'"], { words: ['"quoted"'], rule: ["'a'"] }],
    [["--rule='a'"], { rule: ["'a'"] }],
    [['--status', '007'], { status: ['007'] }],
  ])('%j are passed on unchanged', async (words, values) => {
    expect(await parse('audit search', ...words)).toMatchObject({ values })
  })

  test('a single dash names standard input', async () => {
    expect(await parse('policy test', '-')).toMatchObject({ values: { paths: ['-'] } })
    expect(await parse('policy diff', '-', 'b')).toMatchObject({ values: { old: '-', new: 'b' } })
    expect(await parse('login', 'x', '--token', '-')).toMatchObject({ values: { token: '-' } })
  })

  test('a repeatable option keeps its order', async () => {
    const words = ['--permission', 'a:b', 'x', '--permission=c:d']
    expect(await parse('tokens create', ...words)).toMatchObject({ values: { name: 'x', permission: ['a:b', 'c:d'] } })
  })

  /** All options that take a list, by their commands. */
  const lists = {
    commas: {
      'audit export': auditLists,
      'audit histogram': auditLists,
      'audit search': auditLists,
      'audit tail': auditLists,
      'bindings create': ['racks', 'apps'],
      request: ['rack', 'app'],
      'requests approve': ['rack', 'app'],
      'tokens create': ['permission', 'racks', 'apps', 'source'],
      'trusts create': ['racks', 'apps'],
      'users invite': ['racks', 'apps'],
    },
    // Their values can have commas.
    repeatable: {
      'audit export': principals,
      'audit histogram': principals,
      'audit search': principals,
      'audit tail': principals,
      'trusts create': ['with', 'claim', 'claim-like'],
    },
  }

  test('each option that takes a list is a list with commas, or can only be repeated', () => {
    const optionsWith = (commas: boolean) =>
      Object.fromEntries(
        commands.flatMap(({ name, module }) => {
          const names = optionsOf(module).flatMap(([key, option]) =>
            option.array && (option.commas ?? false) === commas ? [key] : [],
          )
          return names.length === 0 ? [] : [[name, names]]
        }),
      )
    expect({ commas: optionsWith(true), repeatable: optionsWith(false) }).toEqual(lists)
  })

  const commaLists = Object.entries(lists.commas).flatMap(([name, keys]) => keys.map((key) => [name, key] as const))
  test.each(commaLists)('%s --%s: repeated, or with commas, or both', async (name, key) => {
    const { module } = command(name)
    const positionals = argumentsOf(module).flatMap((one) => (one.isRequired ? ['x'] : []))
    const required = optionsOf(module).flatMap(([name, { demandOption }]) => (demandOption ? [`--${name}`, 'x'] : []))
    const given = async (...words: readonly string[]) => {
      const parsed = await parse(name, ...positionals, ...required, ...words)
      if (parsed.kind === 'help') return null
      return parsed.values[key.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())]
    }
    const [a, b, c] = module.builder[key]?.choices ?? ['a', 'b', 'c']
    for (const words of [
      [`--${key}`, `${a},${b}`, `--${key}=${c}`],
      [`--${key}=${a},${b},${c}`],
      [`--${key}`, `${a}`, `--${key}`, `${b}`, `--${key}`, `${c},${a}`],
    ])
      expect(await given(...words)).toEqual([a, b, c])
    expect(await given()).toBeUndefined()
    for (const value of [',', `${a},`, `,${a}`, `${a},,${b}`])
      await expect(given(`--${key}`, value)).rejects.toThrow(`--${key} has an empty item. Write one comma between`)
    await expect(given(`--${key}=`)).rejects.toThrow(`--${key} needs a value. See: rack-gateway help ${name}`)
  })

  test('a short option takes a list, too; a value with commas of a repeatable option stays whole', async () => {
    for (const words of [['-a', 'web,api'], ['-aweb,api'], ['-a=web', '--app', 'api']])
      expect(await parse('audit search', ...words)).toMatchObject({ values: { app: ['web', 'api'] } })
    expect(await parse('audit search', '--principal', 'token:a, b (ada)')).toMatchObject({
      values: { principal: ['token:a, b (ada)'] },
    })
    await expect(parse('audit search', '--effect', 'allow,denied')).rejects.toThrow(Usage)
  })

  test.each([
    [['ps'], { command: ['ps'] }],
    [['--json', 'ps', '-a', 'web'], { json: true, command: ['ps', '-a', 'web'] }],
    [['--as', 'ada@example.com', 'ps'], { as: 'ada@example.com', command: ['ps'] }],
    [['--as=ada@example.com', '--json', 'ps'], { as: 'ada@example.com', json: true, command: ['ps'] }],
    [['-r=staging', 'ps', '--rack', 'staging'], { rack: 'staging', command: ['ps', '--rack', 'staging'] }],
    [['--', 'racks'], { command: ['racks'] }],
    [['exec', 'p', 'ls', '--', '--as', 'x'], { command: ['exec', 'p', 'ls', '--', '--as', 'x'] }],
    [['run', 'web', '"ls"', '--json=x', '-h'], { command: ['run', 'web', '"ls"', '--json=x', '-h'] }],
  ])('can %j keeps the words of convox unchanged', async (words, values) => {
    expect(await parse('can', ...words)).toMatchObject({ values })
  })

  test('any words are parsed, or rejected with a usage error', async () => {
    const word = fc.oneof(
      fc.string({ unit: fc.constantFrom(...' -=abr"\'\u001b/\\\n') }),
      fc.constantFrom('--', '-', '--rack', '-r', '--json', '--no-json', '--__proto__', '-hx', '--_', '--$0', '--help'),
    )
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...commands), fc.array(word), async (one, words) => {
        try {
          await parseWords(one, words, 80)
        } catch (error) {
          expect(error).toBeInstanceOf(Usage)
        }
      }),
    )
  })
})
