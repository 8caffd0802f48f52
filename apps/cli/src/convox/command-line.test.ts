import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ownCommands, parseCommandLine } from './command-line.ts'

const alone: [string[]][] = ownCommands.map((command) => [[command]])

describe('whose command it is', () => {
  test.each<[string[]]>([
    [[]],
    [['-h']],
    [['--help']],
    [['--version']],
    [['-v']],
    [['help']],
    [['help', 'login']],
    ...alone,
  ])('%j is ours', (args) => {
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
  ])('%j is for convox, word for word', (args) => {
    expect(parseCommandLine(args)).toEqual({ for: 'convox', words: args, rack: null, precheck: 'on', relay: 'on' })
  })

  test.each(ownCommands)('-- %s is for convox', (command) => {
    expect(parseCommandLine(['--', command, 'x'])).toEqual({
      for: 'convox',
      words: [command, 'x'],
      rack: null,
      precheck: 'on',
      relay: 'on',
    })
  })

  test('a rack before the first word leaves the decision to that word, and is not passed on', () => {
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
] as const)('%s', (flag, off, what) => {
  test.each([
    [[flag, 'apps', '-a', 'web'], ['apps', '-a', 'web'], null],
    [['--rack', 'a', flag, 'apps'], ['apps'], 'a'],
    [[flag, '-r=a', '--', 'racks'], ['racks'], 'a'],
  ])('before the first word (%j) is ours, and is not passed on', (args, words, rack) => {
    expect(parseCommandLine(args)).toEqual({ for: 'convox', words, rack, ...off })
  })

  test.each([[['apps', flag]], [['--', flag]], [['run', 'web', '--', flag]]])(
    'elsewhere (%j) is for convox',
    (args) => {
      expect(parseCommandLine(args)).toMatchObject({ [what]: 'on', words: expect.arrayContaining([flag]) })
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
  ])('is found in %j, and stays where it is', (args) => {
    expect(parseCommandLine(args)).toEqual({ for: 'convox', words: args, rack: 'a', precheck: 'on', relay: 'on' })
  })

  test('is not looked for after --, where it belongs to the command that is run', () => {
    expect(parseCommandLine(['exec', 'p', '--', 'grep', '-r', 'x']).rack).toBeNull()
    expect(parseCommandLine(['exec', '-r', 'a', 'p', '--', 'grep', '-r', 'x']).rack).toBe('a')
  })

  test.each([[['apps', '--rack']], [['apps', '-r']], [['--rack', '']], [['apps', '--rack=']], [['-r']]])(
    'without a name (%j) is refused',
    (args) => {
      expect(() => parseCommandLine(args)).toThrow(/needs the name of a rack/)
    },
  )

  test.each([[['apps', '-r', 'a', '-r', 'b']], [['--rack', 'a', 'apps', '--rack=b']]])(
    'that names two racks (%j) is refused',
    (args) => {
      expect(() => parseCommandLine(args)).toThrow('The command names two racks, a and b')
    },
  )
})

test('nothing is lost or changed on the way to convox', () => {
  const word = fc.oneof(fc.string(), fc.constantFrom('--', '-a', 'web', 'run'))
  fc.assert(
    fc.property(fc.array(word), (rest) => {
      fc.pre(!rest.some((candidate) => /^(-r|--rack)/.test(candidate)))
      expect(parseCommandLine(['run', ...rest]).words).toEqual(['run', ...rest])
      expect(parseCommandLine(['--', ...rest])).toMatchObject({ for: 'convox', words: rest })
    }),
  )
})
