import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('../../apps/web/src', import.meta.url))
const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).map((name) => join(root, name))
const read = (file: string) => readFileSync(file, 'utf8')
const styles = files.filter((file) => file.endsWith('.css'))
const modules = styles.filter((file) => file.endsWith('.module.css'))

/** What only `tokens.css` defines. */
const raw = [
  ['a color', /#[0-9a-f]{3,8}\b|\b(?:rgba?|hsla?|oklch|lab)\(/i],
  ['a distance in pixels', /\b\d*\.?\d+px\b/],
  ['a size of type', /font(?:-size)?:(?![^;]*(?:var\(--type-|inherit))/],
  ['a weight of type', /font-weight:(?!\s*(?:var\(--weight-|inherit))/],
] as const

test.each(raw)('only the tokens define %s', (_, pattern) => {
  const found = styles
    .filter((file) => !file.endsWith('tokens.css'))
    .flatMap((file) =>
      read(file)
        .replace(/\/\*.*?\*\//gs, '')
        .split('\n')
        .filter((line) => pattern.test(line))
        .map((line) => `${file}: ${line}`),
    )
  expect(found).toEqual([])
})

test('the content of a grid never widens it', () => {
  const found = styles.flatMap((file) =>
    [...read(file).matchAll(/\{[^{}]*display: grid;[^{}]*\}/g)]
      .map(([rule]) => rule)
      .filter((rule) => !/grid-template(?:-columns)?:|place-items: center/.test(rule))
      .concat(
        [...read(file).matchAll(/grid-template(?:-columns)?:[^;]*;/g)]
          .map(([rule]) => rule)
          .filter((rule) => /\dfr/.test(rule.replace(/minmax\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)/g, ''))),
      )
      .map((rule) => `${file}: ${rule}`),
  )
  expect(found).toEqual([])
})

test('every token that a style uses is defined, and every token is used', () => {
  const all = styles.map(read).join('\n')
  const scripts = files
    .filter((file) => /\.tsx?$/.test(file))
    .map(read)
    .join('\n')
  const defined = new Set([...all.matchAll(/(--[a-z][a-z0-9-]*):/g)].map(([, name]) => name))
  const used = new Set([...all.matchAll(/var\((--[a-z][a-z0-9-]*)/g)].map(([, name]) => name))
  const isSetElsewhere = (name: string) => scripts.includes(name) || name === '--trigger-width'
  expect([...used].filter((name) => name !== undefined && !defined.has(name) && !isSetElsewhere(name))).toEqual([])
  const isUsed = (name: string) => used.has(name) || scripts.includes(name.replace(/\d+$/, ''))
  expect([...defined].filter((name) => name !== undefined && !isUsed(name))).toEqual([])
})

test('a component uses only classes that its module defines, and a module defines no others', () => {
  const uses = new Map<string, { names: Set<string>; isDynamic: boolean }>()
  for (const file of files.filter((name) => name.endsWith('.tsx'))) {
    const text = read(file)
    for (const [, name, path] of text.matchAll(/^import (\w+) from '([^']+\.module\.css)'/gm)) {
      const module = resolve(dirname(file), path ?? '')
      const use = uses.get(module) ?? { names: new Set<string>(), isDynamic: false }
      for (const [, used] of text.matchAll(new RegExp(`\\b${name}\\.(?!module\\b)(\\w+)`, 'g')))
        if (used) use.names.add(used)
      uses.set(module, { ...use, isDynamic: use.isDynamic || text.includes(`${name}[`) })
    }
  }
  const faults = modules.flatMap((module) => {
    const use = uses.get(module)
    if (use === undefined) return [`${module} is not used`]
    const selectors = read(module)
      .replace(/\/\*.*?\*\//gs, '')
      .replace(/\{[^{}]*\}/g, '')
    const defined = new Set([...selectors.matchAll(/\.([a-zA-Z]\w*)/g)].map(([, name]) => name ?? ''))
    return [
      ...[...use.names].filter((name) => !defined.has(name)).map((name) => `${module} has no class ${name}`),
      ...[...defined]
        .filter((name) => !use.isDynamic && !use.names.has(name))
        .map((name) => `${module}: ${name} is not used`),
    ]
  })
  expect(faults).toEqual([])
})
