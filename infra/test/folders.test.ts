import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('../../', import.meta.url))

/**
 * Folders that import from a folder in them, which imports from them. Each has a reason. Everywhere else, one of the two
 * folders can be read without the other.
 */
const allowed: Readonly<Record<string, string>> = {
  'apps/gateway/src/rack-api/console': 'its calls choose a rack as all calls do, and the plugin registers it',
  'apps/gateway/src/rack-api/websocket': 'it sends and decides calls as all calls are, and the plugin opens it',
}

test('folders of a package import each other in one direction', () => {
  const imports = importsBetweenFolders()
  const pairs = [...imports].flatMap(([from, targets]) =>
    [...targets].filter((to) => from < to && imports.get(to)?.has(from)).map((to) => [from, to]),
  )
  const siblings = pairs.filter(([from = '', to = '']) => !to.startsWith(`${from}/`))
  expect(siblings).toEqual([])
  expect(pairs.map(([, inner]) => inner).sort()).toEqual(Object.keys(allowed).sort())
})

/** By folder, the other folders of its package from which its files import. Tests do not count. */
function importsBetweenFolders(): ReadonlyMap<string, ReadonlySet<string>> {
  const files = new Map(sourceFiles().map((path) => [path, readFileSync(join(root, path), 'utf8')]))
  const imports = new Map<string, Set<string>>()
  for (const [path, text] of files) {
    const folder = dirname(path)
    for (const [, specifier = ''] of text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)) {
      const target = posix.join(folder, specifier)
      if (!files.has(target) || dirname(target) === folder) continue
      imports.set(folder, (imports.get(folder) ?? new Set()).add(dirname(target)))
    }
  }
  return imports
}

function sourceFiles(): string[] {
  return ['apps', 'packages'].flatMap((parent) =>
    readdirSync(join(root, parent)).flatMap((name) => {
      const source = posix.join(parent, name, 'src')
      const entries = readdirSync(join(root, source), { recursive: true, encoding: 'utf8' })
      return entries
        .filter((path) => /\.tsx?$/.test(path) && !/\.test\.tsx?$|(?:^|\/)testing\//.test(path))
        .map((path) => posix.join(source, path))
    }),
  )
}
