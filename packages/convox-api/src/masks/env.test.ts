import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ForeignMask } from '../errors/errors.ts'
import { runToEnd } from '../steps/steps.ts'
import { envReader, fullAccess, noAccess, testMac } from '../testing/views.ts'
import { envEntries, environmentValues, keysInsideValues } from './env-entries.ts'
import { diffEnv, parseEnv } from './env-lines.ts'
import { maskEnv } from './mask-env.ts'
import type { MaskOrigin } from './mask-view.ts'
import { containsMask, findMasksInSteps, formatMask, restoreEnv } from './restore-env.ts'

const origin = { app: 'myapp', release: 'R1' }
const env = 'DATABASE_URL=postgres://u:p@db/app\nPLAIN=value\nSECRET=a=b=c'

function mask(key: string, from: Partial<MaskOrigin> = {}) {
  const whole = { ...origin, key, ...from }
  return formatMask(whole.release, testMac(whole))
}

/** Resolves as the gateway does: the MAC must match this app, release, and key. */
function restore(text: string, releases: Record<string, string> = { R1: env }) {
  return restoreEnv(text, {
    app: 'myapp',
    resolve(asked, mac) {
      if (testMac(asked) !== mac) return null
      return environmentValues(releases[asked.release] ?? '').get(asked.key) ?? null
    },
  })
}

function foreignKey(text: string, releases?: Record<string, string>): string {
  try {
    restore(text, releases)
  } catch (error) {
    if (error instanceof ForeignMask) return error.key
    throw error
  }
  return 'no foreign mask'
}

describe('parsing an environment', () => {
  test.each([
    ['A=1\nB=2', { A: '1', B: '2' }],
    ['A=b=c=', { A: 'b=c=' }],
    ['A=1\r\nB=2\r', { A: '1', B: '2' }],
    ['A=1\nA=2', { A: '2' }],
    [' A\t= 1 ', { A: ' 1 ' }],
    ['\u0085\u00a0A\u3000=1', { A: '1' }],
    ['\ufeffA=1', { '\ufeffA': '1' }],
    ['no variable\n=x\n \t=y\n\nA=', { A: '' }],
    ['# A=1', { '# A': '1' }],
    ['__proto__=1\nconstructor=2', { ['__proto__']: '1', constructor: '2' }],
    ['', {}],
  ])('%j', (text, expected) => {
    expect([...parseEnv(text)]).toEqual(Object.entries(expected))
  })

  test('diffEnv returns the added, removed, and changed keys', () => {
    expect(diffEnv('A=1\nB=2\nC=3', 'C=3\nB=4\nD=5')).toEqual(['A', 'B', 'D'])
    expect(diffEnv('A=1\nB=2', 'B=2\n\nA=1\n')).toEqual([])
    expect(diffEnv('A=1', 'A=1\n A =2')).toEqual(['A'])
    expect(diffEnv('A=1', 'A=\u00a01')).toEqual(['A'])
    expect(diffEnv('', '')).toEqual([])
  })
})

describe('masking', () => {
  test('keeps keys, order and spelling of the lines', () => {
    expect(maskEnv(' B =1\nA=2', origin, noAccess)).toBe(` B =${mask('B')}\nA=${mask('A')}`)
  })

  test('shows everything with full access', () => {
    expect(maskEnv(env, origin, fullAccess)).toBe(env)
  })

  test('masks a value with the rack’s token for every view, and restores it', () => {
    const held = 'A=1\nRACK_URL=https://convox:rackpass@api\nB=rackpass\nC=2'
    for (const view of [fullAccess, envReader]) {
      const masked = maskEnv(held, origin, { ...view, rackToken: 'rackpass' })
      expect(masked).toBe(`A=1\nRACK_URL=${mask('RACK_URL')}\nB=${mask('B')}\nC=2`)
      expect(restore(masked, { R1: held }).env).toBe(held)
    }
  })

  test('masks all lines of a value', () => {
    const pem = 'PLAIN=1\nCERT=-----BEGIN X-----\nMIIBsecret/+\nabc+secret==\n-----END X-----\nLAST=2'
    expect(maskEnv(pem, origin, envReader)).toBe(`PLAIN=1\nCERT=${mask('CERT')}\nLAST=2`)
    expect(maskEnv(pem, origin, noAccess)).not.toContain('secret')
  })

  test('rejects an environment with more lines than a process can have variables', () => {
    const lines = Array.from({ length: 10_000 }, (_, at) => `A${at}=b`)
    expect(maskEnv(lines.join('\n'), origin, noAccess).split('\n')).toHaveLength(10_000)
    expect(() => maskEnv([...lines, ''].join('\n'), origin, noAccess)).toThrow('more than 10000 lines')
    expect(maskEnv([...lines, ''].join('\n'), origin, fullAccess)).toHaveLength([...lines, ''].join('\n').length)
  })

  const wide = 'Zm9vYmFy'.repeat(8)
  test.each([
    ['the padded end of a PEM block', '-----BEGIN X-----\nMIIBsecret/+\nabcsecret==\n-----END X-----'],
    ['an end that is padded once', '-----BEGIN X-----\nabcsecret=\n-----END X-----'],
    ['a last line that looks like a conventional name', '-----BEGIN X-----\nABCSECRET=\n-----END X-----'],
    ['headers of a PEM block', '-----BEGIN X-----\nProc-Type: 4,secret\nDEK-Info=secret\n\nsecret\n-----END X-----'],
    ['two blocks', '-----BEGIN X-----\nsecret=\n-----END X-----\n-----BEGIN Y-----\nsecret==\n-----END Y-----'],
    ['a block with CRLF', '-----BEGIN X-----\r\nabcsecret==\r\n-----END X-----\r'],
    ['a block of SSH2', '---- BEGIN SSH2 X ----\nabcsecret=\n---- END SSH2 X ----'],
    ['wrapped base64 without a PEM header', `${wide}\n${wide}\nsecret==`],
    ['wrapped base64 of two lines', `${wide}\nsecret==`],
    ['wrapped base64 that is padded once', `${wide}\nabcsecret=`],
    ['wrapped base64url', `${wide.slice(1)}-\nabc-secret_=`],
    ['short wrapped base64', 'abc\nsecret=='],
  ])('masks and restores a value with %s', (_what, value) => {
    const text = `PLAIN=1\nCERT_KEY=${value}\nEMPTY=\nLAST=2`
    for (const view of [noAccess, envReader]) {
      const masked = maskEnv(text, origin, view)
      expect(masked).not.toMatch(/secret/i)
      expect(masked.split('\n').map((line) => line.split('=')[0])).toEqual(['PLAIN', 'CERT_KEY', 'EMPTY', 'LAST'])
      expect(restore(masked, { R1: text }).env).toBe(text)
    }
  })

  test('other lines are not part of a value', () => {
    const text = `A=${wide}\nEMPTY=\nB=-----BEGIN X-----\nPLAIN=1\nC=a-----BEGIN X-----b-----END X-----\nD=\nabc=x==`
    expect(envEntries(text).map(({ key }) => key)).toEqual(['A', 'EMPTY', 'B', 'D', 'abc'])
    expect(envEntries('A=-----BEGIN X-----\nB=1\nC=2').map(({ key }) => key)).toEqual(['A', 'B', 'C'])
  })

  test('removes lines that are not variables', () => {
    expect(maskEnv('orphan secret\nA=1\n# OLD_TOKEN=secret\nB=2', origin, noAccess)).toBe(
      `A=${mask('A')}\nB=${mask('B')}`,
    )
    expect(maskEnv('A=1\n# OLD_TOKEN=secret', origin, envReader)).not.toContain('secret')
  })

  test('masks an empty value like any other', () => {
    expect(maskEnv('TOKEN=', origin, envReader)).toBe(`TOKEN=${mask('TOKEN')}`)
  })
})

describe('a revealed key', () => {
  const view = { ...envReader, revealedKey: 'API_KEY' }

  test.each([
    'API_KEY=one line=with=more',
    'API_KEY=-----BEGIN PRIVATE KEY-----\nTUlJRXZR==\nTUlJ=\n-----END PRIVATE KEY-----',
  ])('shows its whole value: %j', (text) => {
    expect(maskEnv(`${text}\nSECRET=x`, origin, view)).toBe(`${text}\nSECRET=${mask('SECRET')}`)
  })

  test('shows no other variable that the rack reads inside its value', () => {
    const text = 'API_KEY=-----BEGIN NOTE-----\nSECRET=x\nEND=-----END NOTE-----'
    expect(maskEnv(text, origin, view)).toBe(`API_KEY=${mask('API_KEY')}`)
  })
})

describe('restoring', () => {
  test('a masked environment is restored to the original', () => {
    const back = restore(maskEnv(env, origin, noAccess))
    expect({ ...back, restored: back.restored.map(({ key }) => key) }).toEqual({
      env,
      restored: ['DATABASE_URL', 'PLAIN', 'SECRET'],
    })
  })

  test('changed values stay, and masks are replaced by the original values', () => {
    const sent = `NEW=1\nDATABASE_URL=${mask('DATABASE_URL')}\nPLAIN=other`
    expect(restore(sent).env).toBe('NEW=1\nDATABASE_URL=postgres://u:p@db/app\nPLAIN=other')
    expect(diffEnv(env, restore(sent).env)).toEqual(['NEW', 'PLAIN', 'SECRET'])
  })

  test('each mask is replaced by the value of its release', () => {
    const releases = { R1: 'A=one', R2: 'B=two' }
    expect(restore(`A=${mask('A')}\nB=${mask('B', { release: 'R2' })}`, releases).env).toBe('A=one\nB=two')
  })

  test('special replacement characters in a value stay unchanged', () => {
    expect(restore(`A=${mask('A')}`, { R1: "A=$&$1$`'\\n=" }).env).toBe("A=$&$1$`'\\n=")
  })

  test('line ends stay unchanged', () => {
    expect(restore(`PLAIN=${mask('PLAIN')}\r\nX=1`).env).toBe('PLAIN=value\r\nX=1')
  })

  test.each([
    ['another app', `PLAIN=${mask('PLAIN', { app: 'otherapp' })}`, 'PLAIN'],
    ['another key', `PLAIN=${mask('SECRET')}`, 'PLAIN'],
    ['a new key', `EXFILTRATE=${mask('SECRET')}`, 'EXFILTRATE'],
    ['another release', `PLAIN=${formatMask('R2', testMac({ ...origin, key: 'PLAIN' }))}`, 'PLAIN'],
    ['a release that never had the key', `PLAIN=${mask('PLAIN', { release: 'R9' })}`, 'PLAIN'],
    ['an invented MAC', 'PLAIN=[hidden:R1:AAAA]', 'PLAIN'],
    ['no MAC', 'PLAIN=[hidden:R1:]', 'PLAIN'],
    ['a redacted password', 'PLAIN=[hidden]', 'PLAIN'],
    ['a mask within a value', `PLAIN=x${mask('PLAIN')}`, 'PLAIN'],
    ['a mask with something after it', `PLAIN=${mask('PLAIN')} `, 'PLAIN'],
    ['a quoted mask', `PLAIN="${mask('PLAIN')}"`, 'PLAIN'],
    ['a part of a mask', 'PLAIN=[hidden:R1', 'PLAIN'],
    ['the placeholder of the rack’s token', 'PLAIN=x[rack token]y', 'PLAIN'],
    ['two masks', `PLAIN=${mask('PLAIN')}${mask('PLAIN')}`, 'PLAIN'],
    ['a mask in a key', `${mask('PLAIN')}=1`, 'line 1'],
    ['a mask outside a variable', `A=1\n${mask('PLAIN')}`, 'line 2'],
    ['a mask in a key and in its value', `${mask('PLAIN')}=${mask('PLAIN')}`, 'line 1'],
    ['a mask without a key', `=${mask('PLAIN')}`, 'line 1'],
  ])('%s is rejected, with its key', (_, text, key) => {
    expect(foreignKey(text)).toBe(key)
  })

  test('the error names the key and contains no value', () => {
    expect(() => restore(`SECRET=topsecret[hidden]`)).toThrow(/SECRET/)
    expect(() => restore(`SECRET=topsecret[hidden]`)).not.toThrow(/topsecret/)
  })

  test('the error contains no part of a line that is not a variable', () => {
    expect(() => restore('A=1\n"k": "MIIEtopsecret==[hidden]"')).toThrow(/line 2/)
    expect(() => restore('A=1\n"k": "MIIEtopsecret==[hidden]"')).not.toThrow(/topsecret/)
  })

  test('findMasksInSteps returns the masks of an environment', () => {
    expect(runToEnd(findMasksInSteps(`A=1\nPLAIN=${mask('PLAIN')}\nX=[hidden]`))).toEqual([
      { key: 'PLAIN', release: 'R1', mac: testMac({ ...origin, key: 'PLAIN' }) },
    ])
    expect([containsMask('x [hidden:R'), containsMask('[hidden]'), containsMask('hidden')]).toEqual([true, true, false])
  })
})

test('keysInsideValues never contains conventional names or names with a value', () => {
  const text = 'CERT=-----BEGIN X-----\nabcsecret==\n  injson==",\nQ9=\nDATABASE_URL==\nother=x\n-----END X-----\nabc=='
  expect([...keysInsideValues(text)]).toEqual([
    ['abcsecret', 'CERT'],
    ['injson', 'CERT'],
    ['abc', 'CERT'],
  ])
})

test('masking and restoring returns the same text, for all values of several lines', () => {
  const line = fc.constantFrom(
    'abc',
    'x==',
    'Q9zx=',
    '-----BEGIN A-----',
    '-----END A-----',
    'Zm9v'.repeat(16),
    '',
    '=',
  )
  const value = fc.array(line, { minLength: 1, maxLength: 6 }).map((lines) => lines.join('\n'))
  const variables = fc.uniqueArray(fc.tuple(fc.constantFrom('A', 'B_KEY', 'C'), value), { selector: ([name]) => name })
  fc.assert(
    fc.property(variables, fc.constantFrom(noAccess, envReader), (list, view) => {
      const text = list.map(([name, content]) => `${name}=${content}`).join('\n')
      const entries = envEntries(text).map(({ key }) => key)
      fc.pre(new Set(entries).size === entries.length)
      const masked = maskEnv(text, origin, view)
      expect(restore(masked, { R1: text }).env).toBe(text)
    }),
  )
})

test('masking and restoring returns the same variables, and masks contain no value, for all environments', () => {
  const key = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,8}$/)
  const value = fc
    .string({ unit: 'grapheme', maxLength: 20 })
    .filter((text) => !/[\r\n]/.test(text) && !containsMask(text))
  const variables = fc.uniqueArray(fc.tuple(key, value), { selector: ([name]) => name, maxLength: 6 })
  fc.assert(
    fc.property(variables, fc.constantFrom(noAccess, envReader), (list, view) => {
      const text = list.map(([name, content]) => `${name}=${content}`).join('\n')
      const masked = maskEnv(text, origin, view)
      expect([...parseEnv(masked).keys()]).toEqual(text === '' ? [] : envEntries(text).map(({ key: name }) => name))
      expect(diffEnv(text, restore(masked, { R1: text }).env)).toEqual([])
      if (view === noAccess)
        for (const line of masked.split('\n').filter(Boolean)) expect(line).toMatch(/=\[hidden:R1:[\w-]{16}\]$/)
    }),
  )
})
