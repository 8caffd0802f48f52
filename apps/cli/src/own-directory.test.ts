import { chmodSync, chownSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { makeOwnDirectory } from './own-directory.ts'

let home: string
let code: string
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'rack-gateway-own-'))
  code = join(home, 'cache', 'rack-gateway', 'code')
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

describe.skipIf(process.getuid === undefined)('a directory for what is run', () => {
  test('is made, also in one that others may write to, and nobody else may enter it', () => {
    mkdirSync(join(home, 'cache'))
    chmodSync(join(home, 'cache'), 0o1777)
    expect(makeOwnDirectory(code)).toBe(true)
    expect(statSync(code).mode & 0o777).toBe(0o700)
    expect(makeOwnDirectory(code)).toBe(true)
  })

  test('that others may enter is closed to them', () => {
    mkdirSync(code, { recursive: true })
    chmodSync(code, 0o755)
    expect(makeOwnDirectory(code)).toBe(true)
    expect(statSync(code).mode & 0o777).toBe(0o700)
  })

  test('is not used where others may have written to it, or to the one that it is in', () => {
    mkdirSync(code, { recursive: true })
    for (const path of [code, dirname(code)]) {
      chmodSync(path, 0o775)
      expect(makeOwnDirectory(code)).toBe(false)
      chmodSync(path, 0o755)
    }
  })

  test('is not used where a link leads to it', () => {
    mkdirSync(join(home, 'elsewhere'))
    mkdirSync(dirname(code), { recursive: true })
    symlinkSync(join(home, 'elsewhere'), code)
    expect(makeOwnDirectory(code)).toBe(false)
    expect(readdirSync(join(home, 'elsewhere'))).toEqual([])
  })

  test.skipIf(process.getuid?.() !== 0)('is not used where it is another user’s, as after sudo', () => {
    mkdirSync(code, { recursive: true })
    for (const path of [code, dirname(code)]) {
      chownSync(path, 65_534, 65_534)
      expect(makeOwnDirectory(code)).toBe(false)
      chownSync(path, 0, 0)
    }
    expect(makeOwnDirectory(code)).toBe(true)
  })

  test('that can’t be made is none', () => {
    expect(makeOwnDirectory('/dev/null/rack-gateway/code')).toBe(false)
  })
})
