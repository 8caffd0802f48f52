import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fixture } from '../testing/client.ts'
import { readForm, type Values } from './form.ts'
import { readParameters } from './parameters.ts'

interface Vector {
  readonly method: string
  readonly target: string
  readonly contentType: string
  readonly body: string
  readonly form: Record<string, string[]>
  readonly query: Record<string, string[]>
  readonly formValue: Record<string, string>
}

const vectors: Vector[] = JSON.parse(readFileSync(fixture('forms.json'), 'utf8'))

function formOf({ method, target, contentType, body }: Vector) {
  const query = target.includes('?') ? target.slice(target.indexOf('?') + 1) : ''
  const headers = contentType === '' ? [] : ['Content-Type', contentType]
  return readForm(method, query, headers, Buffer.from(body))
}

function plain(values: Values): Record<string, readonly string[]> {
  return Object.fromEntries(values)
}

describe('parameters are read as the recorded rack reads them', () => {
  test.each(
    vectors.map(
      (vector) =>
        [
          `${vector.method} ${vector.target} ${JSON.stringify(vector.contentType)} ${JSON.stringify(vector.body)}`,
          vector,
        ] as const,
    ),
  )('%s', (_, vector) => {
    const form = formOf(vector)
    expect(plain(form.values)).toEqual(vector.form)
    expect(plain(form.query)).toEqual(vector.query)
    const parameters = readParameters({ value: Object.keys(vector.formValue) }, form, [])
    expect({ ...parameters }).toEqual(vector.formValue)
  })
})

describe('sources of parameters', () => {
  const empty = readForm('GET', '', [], Buffer.alloc(0))

  test('a value falls back to the first header of its name, in any letter case', () => {
    const read = readParameters({ value: ['command'] }, empty, ['COMMAND', 'first', 'Command', 'second'])
    expect({ ...read }).toEqual({ command: 'first' })
  })
  test('an empty form value falls back to the header', () => {
    const form = readForm('GET', 'command=', [], Buffer.alloc(0))
    expect(readParameters({ value: ['command'] }, form, ['Command', 'from header']).command).toBe('from header')
  })
  test('a header parameter is never read from the query or the form', () => {
    const form = readForm(
      'POST',
      'Command=query',
      ['Content-Type', 'application/x-www-form-urlencoded'],
      Buffer.from('Command=body'),
    )
    expect({ ...readParameters({ header: ['Command'] }, form, []) }).toEqual({})
  })
  test('a first header that is empty stays empty', () => {
    expect(readParameters({ header: ['Command'] }, empty, ['Command', '', 'Command', 'sh']).Command).toBe('')
  })
  test('an underscore is not a dash', () => {
    expect({ ...readParameters({ header: ['Tar-Extra'] }, empty, ['Tar_Extra', 'x']) }).toEqual({})
  })
  test('names of the prototype are ordinary names', () => {
    const form = readForm('GET', '__proto__=a&constructor=b', [], Buffer.alloc(0))
    const read = readParameters({ form: ['__proto__', 'constructor', 'toString'] }, form, [])
    expect(Object.entries(read)).toEqual([
      ['__proto__', 'a'],
      ['constructor', 'b'],
    ])
    expect(read.toString).toBeUndefined()
  })
  test('a parameter given twice in the content type makes the body unreadable', () => {
    const type = 'application/x-www-form-urlencoded; charset=a; charset=b'
    expect(plain(readForm('POST', '', ['Content-Type', type], Buffer.from('x=1')).values)).toEqual({})
  })
  test('only the first Content-Type counts', () => {
    const headers = ['Content-Type', 'text/plain', 'Content-Type', 'application/x-www-form-urlencoded']
    expect(plain(readForm('POST', '', headers, Buffer.from('x=1')).values)).toEqual({})
  })
  test('a multipart body without its last boundary has no values', () => {
    const body = Buffer.from('--X\r\nContent-Disposition: form-data; name="x"\r\n\r\nm\r\n')
    expect(plain(readForm('POST', '', ['Content-Type', 'multipart/form-data; boundary=X'], body).values)).toEqual({})
  })
})

test('values encoded by encodeURIComponent are decoded unchanged', () => {
  const pairs = fc.array(fc.tuple(fc.string({ unit: 'grapheme', minLength: 1 }), fc.string({ unit: 'grapheme' })))
  fc.assert(
    fc.property(pairs, (given) => {
      const query = given.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`).join('&')
      const { values } = readForm('GET', query, [], Buffer.alloc(0))
      for (const [name, value] of new Map([...given].reverse())) expect(values.get(name)?.[0]).toBe(value)
    }),
  )
})
