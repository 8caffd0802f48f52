import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { containsEncodedMask, containsEncodedMaskInSteps } from '../masks/encoded-masks.ts'
import { envEntries, environmentValuesInSteps, keysInsideValuesInSteps } from '../masks/env-entries.ts'
import { changedKeysInSteps, parseEnvInSteps } from '../masks/env-lines.ts'
import { findMasksInSteps, restoreEnvInSteps } from '../masks/restore-env.ts'
import { readParametersInSteps } from '../parameters/parameters.ts'
import { routesById } from '../routes/routes.ts'
import { checkFormValues, checkFormValuesInSteps } from '../routes/value-grammars.ts'
import { sortInSteps } from '../steps/sort-in-steps.ts'
import { runToEnd, type Steps, stepSize } from '../steps/steps.ts'
import { textBytesInSteps, textParts } from '../steps/text-parts.ts'
import { containsEncodedMaskAtOnce, envOwnersAtOnce, readPairsAtOnce } from '../testing/reference-readers.ts'
import { encodeFormInSteps } from './encode-form.ts'
import { readPairs } from './pairs.ts'

function route(id: string) {
  const found = routesById.get(id)
  if (!found) throw new Error(`no route ${id}`)
  return found
}

/** Lengths of padding that put what follows at, or across, the end of a step. */
const aroundStep = fc.oneof(
  fc.integer({ min: 0, max: 40 }),
  fc.integer({ min: stepSize - 240, max: stepSize + 40 }),
  fc.integer({ min: 2 * stepSize - 240, max: 2 * stepSize + 40 }),
)

describe('a text that is read in steps equals the text that is read at once', () => {
  const character = fc.constantFrom(...'[hiden:rack tok]', 'ü', '€', '\\', '%', 'A', '0', '=', '\n')
  const encodings: readonly ((one: string) => string)[] = [
    (one) => one,
    (one) => `%${one.charCodeAt(0).toString(16).padStart(2, '0')}`,
    (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`,
    (one) => `\\U${one.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`,
    (one) =>
      `%5Cu${[...one.charCodeAt(0).toString(16).padStart(4, '0')].map((digit) => `%${digit.charCodeAt(0).toString(16)}`).join('')}`,
  ]
  const encodedCharacter = (one: string) => fc.constantFrom(...encodings).map((encode) => encode(one))
  const encodedMask = fc
    .constantFrom('[hidden', '[rack token]', '[hidde', '[rack token')
    .chain((mask) => fc.tuple(...[...mask].map(encodedCharacter)))
    .map((parts) => parts.join(''))

  test('masks with escapes', () => {
    const filler = fc.constantFrom('x', 'ü', '%', '%4', '\\u00', '%5B', '[')
    const text = fc.tuple(filler, aroundStep, encodedMask, fc.string({ unit: character, maxLength: 20 }))
    let found = 0
    fc.assert(
      fc.property(text, ([pad, length, mask, end]) => {
        const whole = pad.repeat(Math.ceil(length / pad.length)) + mask + end
        const isFound = containsEncodedMaskAtOnce(whole)
        if (isFound) found++
        expect(containsEncodedMask(whole)).toBe(isFound)
      }),
    )
    expect(found).toBeGreaterThan(0)
  })

  test('masks in base64', () => {
    const breaks = fc.constantFrom('', '\n', '\r\n')
    const text = fc.tuple(
      fc.constantFrom('[hidden', '[rack token]', '[hidde'),
      aroundStep,
      breaks,
      fc.nat(20),
      fc.boolean(),
    )
    fc.assert(
      fc.property(text, ([mask, length, lineBreak, suffix, isUrl]) => {
        const bytes = Buffer.from('x'.repeat(Math.floor((length * 3) / 4)) + mask + 'y'.repeat(suffix))
        const lines = bytes.toString(isUrl ? 'base64url' : 'base64').replaceAll(/(.{61})/g, `$1${lineBreak}`)
        for (const whole of [lines, `${lines}=`, `=${lines}`, `${lines}!`])
          expect(containsEncodedMask(whole)).toBe(containsEncodedMaskAtOnce(whole))
      }),
    )
  })

  test('masks and characters at each position around the end of a step', () => {
    for (let before = 0; before < 40; before++) {
      const base64 = Buffer.from(`${'x'.repeat((stepSize * 3) / 4 - before)}[hidden`).toString('base64')
      expect(containsEncodedMask(base64), `${before}`).toBe(true)
      const text = `${'x'.repeat(stepSize - before)}ü€😀`
      const [pair] = readPairs(Buffer.from(`k=${text}`).toString('latin1'))
      expect(pair, `${before}`).toEqual({ dropped: null, key: 'k', value: text, utf8: true })
      expect(runToEnd(textBytesInSteps(text)).toString(), `${before}`).toBe(text)
    }
  })

  test('the pairs of a form', () => {
    const piece = fc.constantFrom(
      'a',
      '=',
      '&',
      '+',
      '%41',
      '%c3%bc',
      '%',
      '%4',
      ';',
      'ü',
      '😀',
      '%00',
      '\xff',
      '\ufeff',
    )
    const text = fc.tuple(
      fc.constantFrom('v', 'ü', '😀', '%41', '%', '&', 'a=b'),
      aroundStep,
      fc.array(piece, { maxLength: 12 }),
    )
    fc.assert(
      fc.property(text, fc.constantFrom('latin1', 'utf8'), ([pad, length, pieces], encoding) => {
        const bytes = Buffer.from(`k=${pad.repeat(Math.ceil(length / pad.length))}${pieces.join('')}`, encoding)
        expect([...readPairs(bytes.toString('latin1'))]).toEqual(readPairsAtOnce(bytes.toString('latin1')))
      }),
    )
  })

  test('the entries of an environment', () => {
    const piece = fc.constantFrom(
      ...[
        'A=',
        'b=',
        '=',
        '==',
        '\n',
        '\n',
        '\n',
        ' ',
        '-----',
        '----',
        '-',
        'BEGIN',
        ' BEGIN',
        'END',
        ' END',
        'x',
        '_',
      ],
      ...['BEGINS', '-----BEGIN KEY-----', '-----END KEY-----', 'QUJD'.repeat(10), '\nabc=', 'KEY='],
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const env = pieces.join('')
        const owners = envEntries(env).flatMap(({ key, lines }) => lines.map(() => key))
        expect(owners).toEqual(envOwnersAtOnce(env))
      }),
    )
  })

  test('an encoded form, and the bytes of a text', () => {
    const text = fc.tuple(
      fc.constantFrom('v', 'é', '😀', '\ud800', '\udc00x', '%', ' '),
      aroundStep,
      fc.string({ unit: 'binary' }),
    )
    fc.assert(
      fc.property(fc.string(), text, ([...name], [pad, length, end]) => {
        const value = pad.repeat(Math.ceil(length / pad.length)) + end
        const form = new Map([
          ['first', ''],
          [name.join(''), value],
          ['last', "~'()*-._ &="],
        ])
        expect(runToEnd(encodeFormInSteps(form)).toString()).toBe(new URLSearchParams([...form]).toString())
        expect(runToEnd(textBytesInSteps(value)).equals(Buffer.from(value))).toBe(true)
        expect([...textParts(value)].join('')).toBe(value)
      }),
      { numRuns: 20 },
    )
  })

  test('sorted texts', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary', maxLength: 3 }), { maxLength: 300 }), (texts) => {
        expect(runToEnd(sortInSteps(texts))).toEqual(texts.toSorted())
      }),
    )
  })
})

describe('every character of a large value is checked', () => {
  const long = 3 * stepSize + 5

  test.each([0, 1, stepSize - 1, stepSize, 2 * stepSize, long])('a control character at %i is found', (at) => {
    const value = `${'a'.repeat(at)}\0${'a'.repeat(long - at)}`
    const error = checkFormValues(route('PUT /apps/{app}/builds/{id}'), {}, new Map([['entrypoint', value]]))
    expect(error?.rule).toBe('invalid-parameter')
  })

  test('the items of a long list are all checked', () => {
    const args = Array.from({ length: 20_000 }, (_, index) => `A${index}=1`)
    const check = (items: readonly string[]) =>
      checkFormValues(route('POST /apps/{app}/builds'), {}, new Map([['build-args', items.join(',')]]))
    expect(check(args)).toBeNull()
    for (const at of [0, 10_000, 20_000]) expect(check(args.toSpliced(at, 0, 'A')), `${at}`).not.toBeNull()
    expect(check([...args, ''])).not.toBeNull()
  })

  test.each([
    ['build-args', (length: number) => `A=${'x'.repeat(length - 2)}`],
    ['manifest', (length: number) => 'x'.repeat(length)],
    ['url', (length: number) => `object://app/${'x'.repeat(length - 13)}`],
  ])('%s above 128 KiB, which no program can take, is denied', (name, valueWith) => {
    const check = (length: number) =>
      checkFormValues(route('POST /apps/{app}/builds'), { app: 'app' }, new Map([[name, valueWith(length)]]))
    expect(check(128 * 1024)).toBeNull()
    expect(check(128 * 1024 + 1)).toMatchObject({ rule: 'invalid-parameter', reason: expect.stringContaining(name) })
  })

  test('a long text of any kind is accepted where any text is', () => {
    const form = new Map([['description', 'x'.repeat(1024 * 1024)]])
    expect(checkFormValues(route('POST /apps/{app}/builds'), {}, form)).toBeNull()
  })
})

describe('a large form gives way to other work', () => {
  const size = 1024 * 1024
  const fill = (text: string) => text.repeat(Math.floor(size / text.length))

  function stepsOf(steps: Steps<unknown>): number {
    let count = 0
    while (steps.next().done !== true) count++
    return count
  }
  function read(id: string, body: string) {
    const steps = readParametersInSteps(route(id), {
      method: 'POST',
      search: '',
      contentType: 'application/x-www-form-urlencoded',
      body: Buffer.from(body),
      rawHeaders: [],
    })
    return steps
  }

  test.each([
    ['escapes', 'POST /apps/{app}/releases', `env=${fill('%41')}`, 60],
    ['spaces', 'POST /apps/{app}/releases', `env=${fill('+a')}`, 60],
    ['characters of several bytes', 'POST /apps/{app}/releases', `env=${fill('ü')}`, 60],
    ['empty pairs', 'POST /apps/{app}/releases', fill('&'), 60],
    ['an invalid escape at the end', 'POST /apps/{app}/releases', `env=${fill('%41')}%`, 60],
  ])('while it is read: %s', (_, id, body, steps) => {
    expect(stepsOf(read(id, body))).toBeGreaterThan(steps)
  })

  const lines = (line: (index: number) => string) => Array.from({ length: 9_000 }, (_, index) => line(index)).join('\n')
  const env = lines((index) => `KEY_${index}=${'v'.repeat(100)}`)
  const certificates = lines((index) => `K${index}=----BEGIN${'END'.repeat(35)}`)

  test.each<[string, Steps<unknown>]>([
    ['the search for masks in escapes', containsEncodedMaskInSteps(fill('%25%41'))],
    ['the search for masks in base64', containsEncodedMaskInSteps(fill('QUJD'))],
    [
      'the check of a list',
      checkFormValuesInSteps(route('POST /apps/{app}/builds'), {}, new Map([['build-args', `A=1${fill(',A=1')}`]])),
    ],
    [
      'the check of a text',
      checkFormValuesInSteps(route('PUT /apps/{app}/builds/{id}'), {}, new Map([['entrypoint', fill('x')]])),
    ],
    ['the search for masks in an environment', findMasksInSteps(env)],
    ['restoring an environment', restoreEnvInSteps(env, { app: 'app', resolve: () => null })],
    ['reading an environment', parseEnvInSteps(env)],
    ['comparing environments', changedKeysInSteps(new Map(), runToEnd(parseEnvInSteps(env)))],
    ['reading values of several lines', environmentValuesInSteps(certificates)],
    ['finding keys inside values', keysInsideValuesInSteps(certificates)],
    ['encoding a form', encodeFormInSteps(new Map([['env', env]]))],
  ])('%s', (_, steps) => {
    expect(stepsOf(steps)).toBeGreaterThan(50)
  })
})
