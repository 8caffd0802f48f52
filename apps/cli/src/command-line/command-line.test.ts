import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ownCommands, parseCommandLine } from './command-line.ts'

/** The flags of a line without flags. */
const noFlags = { rack: null, precheck: 'on', relay: 'on', mfaCode: null, mfaMethod: null }
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
    expect(parseCommandLine(args)).toEqual({ program: 'rack-gateway', words: args, ...noFlags })
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
    expect(parseCommandLine(args)).toEqual({ program: 'convox', words: args, ...noFlags })
  })

  test.each(ownCommands)('-- %s is convox', (command) => {
    expect(parseCommandLine(['--', command, 'x'])).toEqual({
      program: 'convox',
      words: [command, 'x'],
      ...noFlags,
    })
  })

  test('depends on the first word after a rack flag, which convox does not get', () => {
    expect(parseCommandLine(['--rack', 'a', 'apps'])).toEqual({
      program: 'convox',
      words: ['apps'],
      ...noFlags,
      rack: 'a',
    })
    expect(parseCommandLine(['-r', 'a', 'whoami'])).toEqual({
      program: 'rack-gateway',
      words: ['whoami'],
      ...noFlags,
      rack: 'a',
    })
    expect(parseCommandLine(['-r=a', '--', 'racks'])).toEqual({
      program: 'convox',
      words: ['racks'],
      ...noFlags,
      rack: 'a',
    })
  })
})

describe.each([
  ['--no-precheck', { ...noFlags, precheck: 'off' }, 'precheck'],
  ['--no-relay', { ...noFlags, relay: 'off' }, 'relay'],
] as const)('%s', (flag, off, setting) => {
  test.each([
    [[flag, 'apps', '-a', 'web'], ['apps', '-a', 'web'], null],
    [['--rack', 'a', flag, 'apps'], ['apps'], 'a'],
    [[flag, '-r=a', '--', 'racks'], ['racks'], 'a'],
  ])('before the first word (%j) is an own flag, and convox does not get it', (args, words, rack) => {
    expect(parseCommandLine(args)).toEqual({ ...off, program: 'convox', words, rack })
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
    expect(parseCommandLine(args)).toEqual({ ...noFlags, program: 'convox', words: args, rack: 'a' })
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

describe('the flags of second factors', () => {
  test.each([
    [['--mfa-code', '123456', 'apps'], { mfaCode: '123456' }],
    [['--mfa-code=123456', '--mfa-method', 'totp', 'apps'], { mfaCode: '123456', mfaMethod: 'totp' }],
    [['--mfa-method=passkey', '-r', 'a', 'apps'], { mfaMethod: 'passkey', rack: 'a' }],
  ])('stand before the first word (%j), and convox does not get them', (args, flags) => {
    expect(parseCommandLine(args)).toEqual({ ...noFlags, program: 'convox', words: ['apps'], ...flags })
  })

  test('stand before an own command, too', () => {
    expect(parseCommandLine(['--mfa-code', '123456', 'tokens'])).toMatchObject({
      program: 'rack-gateway',
      mfaCode: '123456',
    })
  })

  test.each([
    [['--mfa-code'], '--mfa-code needs a value.'],
    [['--mfa-code=', 'apps'], '--mfa-code needs a value.'],
    [['--mfa-method', 'sms', 'apps'], 'sms is not a method. --mfa-method can be passkey or totp.'],
  ])('%j is an error', (args, sentence) => {
    expect(() => parseCommandLine(args)).toThrow(sentence)
  })

  test.each([[['apps', '--mfa-code', '123456']], [['run', 'web', 'ls', '--mfa-code=123456']]])(
    'a code after the command (%j) is an error that does not repeat it, because convox would get it',
    (args) => {
      const parse = () => parseCommandLine(args)
      expect(parse).toThrow('--mfa-code must be before the command of convox.')
      expect(parse).not.toThrow('123456')
    },
  )

  test('after --, the words belong to convox alone', () => {
    for (const args of [
      ['--', 'run', 'web', 'x', '--mfa-code', '1'],
      ['exec', 'p', '--', 'x', '--mfa-code', '1'],
    ])
      expect(parseCommandLine(args)).toMatchObject({ program: 'convox', mfaCode: null })
  })
})

test('convox gets all words unchanged', () => {
  const word = fc.oneof(fc.string(), fc.constantFrom('--', '-a', 'web', 'run'))
  fc.assert(
    fc.property(fc.array(word), (rest) => {
      fc.pre(!rest.some((candidate) => /^(-r|--rack)/.test(candidate)))
      expect(parseCommandLine(['run', ...rest]).words).toEqual(['run', ...rest])
      expect(parseCommandLine(['--', ...rest])).toMatchObject({ program: 'convox', words: rest })
    }),
  )
})
