import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ownCommands, parseCommandLine } from './command-line.ts'

const singleWords: [string[]][] = ownCommands.map((command) => [[command]])

describe('the program of a command', () => {
  test.each<[string[]]>([
    [[]],
    [['-h']],
    [['--help']],
    [['--version']],
    [['-v']],
    [['help']],
    [['help', 'login']],
    ...singleWords,
  ])('%j is rack-gateway', (args) => {
    expect(parseCommandLine(args)).toEqual({ for: 'us', words: args, rack: null, precheck: 'on', relay: 'on' })
  })

  test.each([
    [['apps']],
    [['ps', '-a', 'web']],
    [['help', 'apps']],
    [['apps', 'login']],
    [['loginx']],
    [['--nonsense']],
    [['rack', '--help']],
  ])('%j is convox, with unchanged words', (args) => {
    expect(parseCommandLine(args)).toEqual({ for: 'convox', words: args, rack: null, precheck: 'on', relay: 'on' })
  })

  test.each(ownCommands)('-- %s is convox', (command) => {
    expect(parseCommandLine(['--', command, 'x'])).toEqual({
      for: 'convox',
      words: [command, 'x'],
      rack: null,
      precheck: 'on',
      relay: 'on',
    })
  })

  test('depends on the first word after a rack flag, which convox does not get', () => {
    expect(parseCommandLine(['--rack', 'a', 'apps'])).toEqual({
      for: 'convox',
      words: ['apps'],
      rack: 'a',
      precheck: 'on',
      relay: 'on',
    })
    expect(parseCommandLine(['-r', 'a', 'whoami'])).toEqual({
      for: 'us',
      words: ['whoami'],
      rack: 'a',
      precheck: 'on',
      relay: 'on',
    })
    expect(parseCommandLine(['-r=a', '--', 'racks'])).toEqual({
      for: 'convox',
      words: ['racks'],
      rack: 'a',
      precheck: 'on',
      relay: 'on',
    })
  })
})

describe.each([
  ['--no-precheck', { precheck: 'off', relay: 'on' }, 'precheck'],
  ['--no-relay', { precheck: 'on', relay: 'off' }, 'relay'],
] as const)('%s', (flag, off, setting) => {
  test.each([
    [[flag, 'apps', '-a', 'web'], ['apps', '-a', 'web'], null],
    [['--rack', 'a', flag, 'apps'], ['apps'], 'a'],
    [[flag, '-r=a', '--', 'racks'], ['racks'], 'a'],
  ])('before the first word (%j) is an own flag, and convox does not get it', (args, words, rack) => {
    expect(parseCommandLine(args)).toEqual({ for: 'convox', words, rack, ...off })
  })

  test.each([[['apps', flag]], [['--', flag]], [['run', 'web', '--', flag]]])(
    'after the first word (%j) is a flag of convox',
    (args) => {
      expect(parseCommandLine(args)).toMatchObject({ [setting]: 'on', words: expect.arrayContaining([flag]) })
    },
  )
})

describe('the rack flag', () => {
  test.each([
    [['apps', '--rack', 'a']],
    [['apps', '--rack=a']],
    [['apps', '-r', 'a']],
    [['apps', '-ra']],
    [['apps', '-r=a']],
    [['exec', 'p', 'sh', '-r', 'a']],
    [['apps', '-r', 'a', '--rack', 'a']],
  ])('is found in %j, and is not moved', (args) => {
    expect(parseCommandLine(args)).toEqual({ for: 'convox', words: args, rack: 'a', precheck: 'on', relay: 'on' })
  })

  test('is ignored after --, where it belongs to the command that runs', () => {
    expect(parseCommandLine(['exec', 'p', '--', 'grep', '-r', 'x']).rack).toBeNull()
    expect(parseCommandLine(['exec', '-r', 'a', 'p', '--', 'grep', '-r', 'x']).rack).toBe('a')
  })

  test.each([[['apps', '--rack']], [['apps', '-r']], [['--rack', '']], [['apps', '--rack=']], [['-r']]])(
    'without a name (%j) is an error',
    (args) => {
      expect(() => parseCommandLine(args)).toThrow(/needs the name of a rack/)
    },
  )

  test.each([[['apps', '-r', 'a', '-r', 'b']], [['--rack', 'a', 'apps', '--rack=b']]])(
    'with two racks (%j) is an error',
    (args) => {
      expect(() => parseCommandLine(args)).toThrow('The command names two racks, a and b')
    },
  )
})

test('convox gets all words unchanged', () => {
  const word = fc.oneof(fc.string(), fc.constantFrom('--', '-a', 'web', 'run'))
  fc.assert(
    fc.property(fc.array(word), (rest) => {
      fc.pre(!rest.some((candidate) => /^(-r|--rack)/.test(candidate)))
      expect(parseCommandLine(['run', ...rest]).words).toEqual(['run', ...rest])
      expect(parseCommandLine(['--', ...rest])).toMatchObject({ for: 'convox', words: rest })
    }),
  )
})
