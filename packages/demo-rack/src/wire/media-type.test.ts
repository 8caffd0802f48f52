import { describe, expect, test } from 'vitest'
import { readMediaType } from './media-type.ts'

describe('a media type is read as Go reads it', () => {
  test.each([
    ['text/plain', 'text/plain', {}],
    [' TEXT/Plain ; Charset=UTF-8', 'text/plain', { charset: 'UTF-8' }],
    ['multipart/form-data; boundary=X', 'multipart/form-data', { boundary: 'X' }],
    ['multipart/form-data; boundary="a b;c"', 'multipart/form-data', { boundary: 'a b;c' }],
    ['form-data; name="a\\"b"', 'form-data', { name: 'a"b' }],
    ['text/plain;', 'text/plain', {}],
    ['text/plain; =bad', 'text/plain', {}],
    ['text/plain; a=1; a=2', '', {}],
    ['text/plain, text/html', '', {}],
    ['text/plain/more', '', {}],
    ['text plain', '', {}],
    ['', '', {}],
  ])('%j', (header, type, parameters) => {
    const read = readMediaType(header)
    expect([read.type, Object.fromEntries(read.parameters)]).toEqual([type, parameters])
  })
})
