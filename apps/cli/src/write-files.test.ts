import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'

/** By its address: the scripts of the build have no types. */
const script: string = new URL('../build/write-files.mjs', import.meta.url).href
const { writeFiles }: { writeFiles(directory: string, files: ReadonlyMap<string, Uint8Array>): void } = await import(
  script
)

let home: string
let dist: string
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'rack-gateway-files-'))
  dist = join(home, 'dist')
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

function write(files: Readonly<Record<string, string>>): void {
  writeFiles(dist, new Map(Object.entries(files).map(([name, text]) => [name, Buffer.from(text)])))
}
const inode = (name: string) => statSync(join(dist, name)).ino

test('a directory has the files that were given last, and no others', () => {
  write({ 'a.js': 'a', 'b.js': 'b' })
  writeFileSync(join(dist, 'stale.js'), 'stale')
  mkdirSync(join(dist, 'stale', 'more'), { recursive: true })
  write({ 'b.js': 'new', 'c.js': 'c' })
  expect(readdirSync(dist).sort()).toEqual(['b.js', 'c.js'])
  expect(readFileSync(join(dist, 'b.js'), 'utf8')).toBe('new')
})

test('a file that has not changed is not touched, and one that has is replaced as a whole', () => {
  write({ 'a.js': 'a', 'b.js': 'b' })
  const before = { a: inode('a.js'), b: inode('b.js') }
  write({ 'a.js': 'a', 'b.js': 'new' })
  expect(inode('a.js')).toBe(before.a)
  expect(inode('b.js')).not.toBe(before.b)
})

test('what another build is about to put in place stays', () => {
  write({ 'a.js': 'a' })
  writeFileSync(join(dist, '.a.js.1'), 'of another build')
  write({ 'a.js': 'new' })
  expect(readdirSync(dist).sort()).toEqual(['.a.js.1', 'a.js'])
})
