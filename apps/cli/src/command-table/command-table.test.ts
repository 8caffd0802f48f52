import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { ownCommands, parseCommandLine } from '../convox/command-line.ts'
import { Usage } from '../errors.ts'
import { createMachine } from '../testing/harness.ts'
import { flagName } from './definition.ts'
import { firstWords } from './find-command.ts'
import { commandHelp } from './help-text.ts'
import { commands, commandsOf, commandTable, groups } from './index.ts'
import { overview, overviewExamples } from './overview.ts'
import { paragraphsOf } from './paragraphs.ts'
import { commandOf, readLine, wordsOfLine } from './read-line.ts'
import { readWords } from './read-words.ts'

const machine = createMachine()
afterAll(() => machine.remove())
const run = (...words: readonly string[]) => machine.call(words)
const examples = [...commands, ...groups].flatMap(({ name, examples: lines }) =>
  lines.map((line) => [name, line] as const),
)

describe('the table', () => {
  test('has every first word that is ours, and no other', () => {
    expect(
      firstWords(commandTable)
        .map(([word]) => word)
        .toSorted(),
    ).toEqual([...ownCommands].toSorted())
  })

  test.each(commands.map((command) => [command.name, command] as const))('%s is whole', (name, command) => {
    expect(command.summary).toMatch(/^[a-z].*[^.]$/)
    expect(command.examples.length).toBeGreaterThan(0)
    const shorts = Object.values(command.flags).flatMap(({ short }) => short ?? [])
    expect(new Set(shorts).size).toBe(shorts.length)
    expect(Object.keys(command.flags).filter((key) => key in command.arguments)).toEqual([])
    if (name.includes(' ')) expect(groups.some((group) => name.startsWith(`${group.name} `))).toBe(true)
  })

  test('a group’s word alone does what it says', () => {
    for (const { alone } of groups) if (alone !== undefined) expect(commands.map(({ name }) => name)).toContain(alone)
  })
})

describe('examples', () => {
  test.each(examples)('of %s: %s can be typed', (_, line) => {
    const read = readLine(line)
    expect(read.length).toBeGreaterThan(0)
    expect(new Set(read)).toEqual(new Set(['us']))
  })

  test.each(overviewExamples.map((line) => [line]))('of the overview: %s', (line) => {
    for (const words of wordsOfLine(line))
      expect(parseCommandLine(words).for).toBe(words[0] === 'login' || words[0] === 'can' ? 'us' : 'convox')
  })

  test('an example with a flag that there is not would be found', () => {
    const [words = []] = wordsOfLine("rack-gateway tokens create x --rolle 'a b' > file     (why)")
    expect(words).toEqual(['tokens', 'create', 'x', '--rolle', 'a b'])
    const { command, rest } = commandOf(words)
    expect(() => readWords(command, rest, null)).toThrow('did you mean --role?')
  })
})

describe('a former name', () => {
  const aliases = commands.flatMap(({ name, aliases = [] }) => aliases.map((alias) => [alias, name] as const))

  test('is there for every verb that has changed', () => {
    expect(Object.fromEntries(aliases)).toEqual({
      'sessions end': 'sessions revoke',
      'bindings add': 'bindings create',
      'bindings remove': 'bindings delete',
      'trusts add': 'trusts create',
      'trusts remove': 'trusts delete',
    })
  })

  test.each(aliases)('%s is explained and read as %s', async (alias, name) => {
    const [old, today] = [await run('help', ...alias.split(' ')), await run('help', ...name.split(' '))]
    expect(old).toEqual(today)
    expect(today.stdout).toContain(`Older name: rack-gateway ${alias}`)
    expect(commands.map((command) => command.name)).not.toContain(alias)
  })
})

describe('help', () => {
  test.each(commands.map(({ name }) => [name] as const))(
    '%s: begins with its purpose and its usage, however it is asked for',
    async (name) => {
      const asked = [
        ['help', ...name.split(' ')],
        [...name.split(' '), '--help'],
        [...name.split(' '), '-h'],
      ]
      const outputs = await Promise.all(asked.map((words) => run(...words)))
      for (const { code, stdout, stderr } of outputs) {
        expect([code, stderr]).toEqual([0, ''])
        expect(stdout).toMatch(new RegExp(`^[A-Z][^]*?\\.\\n\\nUsage: rack-gateway ${name}\\b`))
        expect(stdout).toMatch(/\n\nExamples:\n {2}\S/)
        expect(stdout).toBe(outputs[0]?.stdout)
      }
    },
  )

  test.each(groups.map((group) => [group.name, group] as const))(
    '%s: names each of its commands',
    async (name, group) => {
      for (const words of [
        ['help', name],
        [name, '--help'],
      ]) {
        const { code, stdout } = await run(...words)
        expect(code).toBe(0)
        expect(stdout).toMatch(
          new RegExp(`^[A-Z][^]*?\\.\\n\\nUsage: rack-gateway ${name} \\[?COMMAND\\]? \\[flags\\]\\n`),
        )
        for (const one of commandsOf(group)) expect(stdout).toContain(`  ${one.name} `)
      }
    },
  )

  test('fits the terminal, and says every flag', () => {
    for (const command of commands) {
      const text = commandHelp(command, 80)
      const withoutExamples = text.split('\n\n').filter((part) => !part.startsWith('Examples:'))
      const lines = withoutExamples
        .join('\n')
        .split('\n')
        .filter((line) => !line.startsWith('Usage:'))
      expect(
        lines.filter((line) => line.length > 80),
        command.name,
      ).toEqual([])
      for (const key of Object.keys(command.flags))
        expect(text).toMatch(new RegExp(`--(?:\\[no-\\])?${flagName(key)}(?![\\w-])`))
    }
    expect(overview(80)).toMatch(/^Run convox through a Rack Gateway, (?:.+\n)+\nUsage:\n {2}rack-gateway /)
  })

  test('fits a narrow one: what has no room beside its name is below it', () => {
    const setOff = new Set(
      commands.flatMap(paragraphsOf).flatMap(({ kind, text }) => (kind === 'set off' ? text.split('\n') : [])),
    )
    const texts = [overview(40), ...commands.map((command) => commandHelp(command, 40))]
    for (const text of texts) {
      const told = text.split('\n\n').slice(1).join('\n').split('\n')
      const long = told.filter(
        (line) => line.length > 40 && !setOff.has(line) && !/^Usage:|^ {2}\S|^ {2,6}-/.test(line),
      )
      // A word that is longer than the terminal is wide is never cut.
      expect(long.filter((line) => line.trim().includes(' '))).toEqual([])
    }
    expect(commandHelp(commandOf(['tokens', 'create']).command, 40)).toContain(
      '\n      --permission PERMISSION\n          instead of a role (may stand\n          more than once)\n',
    )
  })
})

describe('what can’t be understood ends with 2, and says what was perhaps meant', () => {
  test.each([
    [['tokens', 'creat', 'x'], 'there is no "tokens creat": did you mean tokens create? See: rack-gateway help tokens'],
    [['tokens', 'zzz'], 'it can be list, create, show, rotate, revoke or owner; see: rack-gateway help tokens'],
    [['audit'], 'say what to do: audit search, show, tail'],
    [
      ['audit', 'recordings', '--state', 'opne'],
      "--state can't be opne: did you mean open? It is one of open, ended, removed",
    ],
    [['audit', 'export', '--format', 'xml', '-o', 'x'], "--format can't be xml: it is one of ndjson, csv, ocsf"],
    [['audit', 'export'], 'audit export needs --output FILE: type it as in: rack-gateway audit export --since'],
    [['tokens', 'create', 'x', '--rol', 'ci'], 'tokens create has no flag --rol: did you mean --role?'],
    [['tokens', 'create', 'x', '--role'], '--role needs a value: write it as --role ROLE'],
    [['tokens', 'create', 'x', '--role', '--json'], '--role needs a value: write it as --role ROLE'],
    [['tokens', 'create', 'x', '--role='], '--role needs a value'],
    [
      ['tokens', 'create'],
      'tokens create needs NAME, what lists and events call it: type it as in: rack-gateway tokens create nightly --role viewer --expires 30d; see: rack-gateway help tokens create',
    ],
    [['tokens', 'revoke', 'a', 'b'], "tokens revoke can't do anything with b"],
    [['tokens', '--json=yes'], '--json takes no value'],
    [['racks', '--no-json'], 'racks has no flag --no-json'],
    [['-r', 'x', 'racks'], 'racks is about no rack'],
    [['ci', 'foo'], 'there is no "ci foo": it can be login; see: rack-gateway help ci'],
    [['ci'], 'say what to do: ci login; see'],
    [['login', ''], 'NAME of login is empty; see: rack-gateway help login'],
    [['logout'], 'say which gateway to log out of: rack-gateway logout NAME'],
    [['logout', 'x', '--all'], 'logout takes a name or --all: keep one of them'],
    [['-r', 'a', 'whoami', '-r', 'b'], 'the command names two racks, a and b: keep one of them'],
    [['whoami', '-r', 'a', '--rack', 'b'], 'the command names two racks, a and b: keep one of them'],
    [['can', '-r', 'a', 'apps', '--rack', 'b'], 'the command names two racks, a and b: keep one of them'],
    [['can', '--foo', 'apps'], 'can has no flag --foo of its own; see: rack-gateway help can'],
    [
      ['login', 'x', '--token', 'rgs_a', '--token', 'rgs_b'],
      '--token is given twice, with different values: keep one of them',
    ],
    [['login', 'x', '--browser', '--no-browser'], '--browser and --no-browser contradict each other'],
    [['switch', 'a\u001b[2J', 'b\u001b[2J'], "can't do anything with b\uFFFD[2J"],
  ])('%j', async (words, sentence) => {
    const { code, stdout, stderr } = await run(...words)
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toContain(sentence)
    expect(stderr).not.toMatch(/\u001b|rgs_/)
  })
})

describe('words', () => {
  const search = commandOf(['audit', 'search']).command
  const read = (...words: readonly string[]) => readWords(search, words, null)

  test('flags stand anywhere, in each of their forms, and may be repeated as they are', () => {
    for (const words of [
      ['-r', 'a', 'x'],
      ['x', '-ra'],
      ['x', '-r=a'],
      ['--rack=a', 'x'],
      ['-r', 'a', 'x', '--rack', 'a'],
    ])
      expect(read(...words)).toMatchObject({ given: { rack: 'a', words: ['x'], limit: '50', json: false } })
    expect(read('--', '--json', '-r')).toMatchObject({ given: { words: ['--json', '-r'], json: false } })
    expect(read('--in-rack', 'p', '-')).toMatchObject({ given: { inRack: 'p', words: ['-'] } })
  })

  test('what may stand more than once is kept in its order', () => {
    const { command } = commandOf(['tokens', 'create'])
    const words = ['x', '--permission', 'a:b', '--permission=c:d']
    expect(readWords(command, words, 'r')).toMatchObject({
      given: { permission: ['a:b', 'c:d'], source: [], rack: 'r' },
    })
  })

  test('of the command’s own alone are read as the rack: what follows -- is a word, and so is a flag’s value', () => {
    expect(read('--', '-r', 'b', '-r', 'c')).toMatchObject({ given: { words: ['-r', 'b', '-r', 'c'] } })
    expect(parseCommandLine(['audit', 'search', '-r', 'a', '-r', 'b'])).toMatchObject({ for: 'us', rack: null })
  })

  test('a switch with two sides is neither until it is said', () => {
    const { command } = commandOf(['login', 'x'])
    expect(readWords(command, ['x', '--no-browser'], null)).toMatchObject({ given: { browser: false } })
    expect(readWords(command, ['x', '--browser'], null)).toMatchObject({ given: { browser: true } })
    expect(readWords(command, ['x'], null)).toMatchObject({ given: { name: 'x' } })
    expect('browser' in readWords(command, ['x'], null)).toBe(false)
  })

  test('anything is understood, or refused in a sentence', () => {
    const word = fc.oneof(
      fc.string(),
      fc.constantFrom('--', '-', '--rack', '-r', '--json', '--no-json', '--__proto__', '-hx'),
    )
    fc.assert(
      fc.property(fc.constantFrom(...commands), fc.array(word), (command, words) => {
        try {
          readWords(command, words, null)
        } catch (error) {
          expect(error).toBeInstanceOf(Usage)
        }
      }),
    )
  })
})
