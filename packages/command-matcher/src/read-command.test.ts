import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeHeaderCommand, readCommand } from './read-command.ts'

/** A UTF-8 header as Node returns it. */
function asHeader(text: string): string {
  return Buffer.from(text).toString('latin1')
}

describe('the text of a Command header', () => {
  test('UTF-8 bytes are decoded', () => {
    expect(decodeHeaderCommand(asHeader('réke 日本'))).toBe('réke 日本')
    expect(decodeHeaderCommand(asHeader('\u{1f600}'))).toBe('\u{1f600}')
  })

  test('bytes that are not UTF-8 stay unchanged', () => {
    expect(decodeHeaderCommand('r\xe9ke')).toBe('r\xe9ke')
    expect(decodeHeaderCommand('\xc0\xaf')).toBe('\xc0\xaf')
    expect(decodeHeaderCommand('\xed\xa0\x80')).toBe('\xed\xa0\x80')
  })

  test('a byte order mark is a part of the first word, as for the rack', () => {
    expect(readCommand(asHeader('\ufeffrake'), 'exec').argv).toEqual(['\ufeffrake'])
  })

  test('text beyond latin1 stays unchanged', () => {
    expect(decodeHeaderCommand('日本')).toBe('日本')
  })

  test('every UTF-8 text is decoded to itself', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(decodeHeaderCommand(asHeader(text))).toBe(text)
      }),
    )
  })

  test('non-ASCII bytes are never decoded to ASCII', () => {
    fc.assert(
      fc.property(fc.uint8Array({ min: 0x80, minLength: 1 }), (bytes) => {
        expect(decodeHeaderCommand(Buffer.from(bytes).toString('latin1'))).not.toMatch(/[\0-\x7f]/)
      }),
    )
  })
})

describe('reading a command', () => {
  test('a POST of sleep N starts an attached run', () => {
    expect(readCommand('sleep 3600', 'run')).toEqual({
      text: 'sleep 3600',
      argv: ['sleep', '3600'],
      error: null,
      mode: 'attached',
    })
  })

  test('any other POST is a detached run', () => {
    expect(readCommand('bin/pre_release', 'run')).toMatchObject({ argv: ['bin/pre_release'], mode: 'detached' })
    expect(readCommand('sleep 1; sh', 'run')).toMatchObject({ argv: ['sleep', '1;', 'sh'], mode: 'detached' })
  })

  test('a websocket is always an exec', () => {
    expect(readCommand('sleep 3600', 'exec').mode).toBe('exec')
  })

  test('a command that the rack cannot split has an error instead of an argv', () => {
    expect(readCommand('rake db:migrate\\', 'exec')).toMatchObject({
      argv: null,
      error: 'Unterminated backslash-escape',
    })
  })

  test('an empty command has an empty argv', () => {
    expect(readCommand('', 'run')).toMatchObject({ argv: [], mode: 'detached' })
  })

  test('a command can have 8192 bytes, spaces included', () => {
    expect(readCommand(`rake${' '.repeat(8188)}`, 'exec').argv).toEqual(['rake'])
    expect(readCommand(`rake${' '.repeat(8189)}`, 'exec')).toMatchObject({
      argv: null,
      error: 'it is longer than 8192 bytes',
    })
    expect(readCommand(asHeader('é'.repeat(4097)), 'exec').argv).toBeNull()
  })
})
