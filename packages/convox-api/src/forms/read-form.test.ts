import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { formValue, readForm, valueOrHeader } from './read-form.ts'

interface Vector {
  method: string
  target: string
  contentType: string
  body: string
  form: Record<string, string[]>
  postForm: Record<string, string[]>
  query: Record<string, string[]>
  formValue: Record<string, string>
  error?: string
}

const vectors: Vector[] = JSON.parse(readFileSync(new URL('../../test/forms.json', import.meta.url), 'utf8'))
const askedNames = ['env', 'command', 'x', 'X', 'y', 'z']

function readVector({ method, target, contentType, body }: Vector) {
  const mark = target.indexOf('?')
  return readForm({
    method,
    search: mark === -1 ? '' : target.slice(mark),
    contentType,
    body: Buffer.from(body, 'utf8'),
  })
}

describe('parameters are read as by a real rack', () => {
  test('all recorded vectors are used', () => {
    expect(vectors.length).toBe(35)
  })

  for (const vector of vectors) {
    test(`${vector.method} ${vector.target} ${vector.contentType} ${JSON.stringify(vector.body.slice(0, 40))}`, () => {
      const reading = readVector(vector)
      expect(Object.fromEntries(reading.form)).toEqual(vector.form)
      expect(Object.fromEntries(reading.postForm)).toEqual(vector.postForm)
      expect(Object.fromEntries(reading.query)).toEqual(vector.query)
      expect(reading.error).toBe(vector.error)
      for (const name of askedNames) expect(formValue(reading, name)).toBe(vector.formValue[name] ?? '')
    })
  }

  test('the header counts only if the form value is empty', () => {
    const form = { method: 'POST', contentType: 'application/x-www-form-urlencoded', search: '' }
    const given = readForm({ ...form, body: Buffer.from('name=body') })
    const empty = readForm({ ...form, body: Buffer.from('name=') })
    expect(valueOrHeader(given, 'name', 'header')).toBe('body')
    expect(valueOrHeader(empty, 'name', 'header')).toBe('header')
    expect(valueOrHeader(empty, 'name', undefined)).toBe('')
  })

  test('keys can be names of inherited properties', () => {
    const reading = readForm({ method: 'GET', search: '?__proto__=1&constructor=2', contentType: '', body: null })
    expect([...reading.query]).toEqual([
      ['__proto__', ['1']],
      ['constructor', ['2']],
    ])
    expect(formValue(reading, 'toString')).toBe('')
  })

  test('an incomplete multipart body is an error', () => {
    const body = Buffer.from('--X\r\nContent-Disposition: form-data; name="a"\r\n\r\n1')
    const reading = readForm({ method: 'POST', search: '', contentType: 'multipart/form-data; boundary=X', body })
    expect(reading.error).toContain('EOF')
  })
})
