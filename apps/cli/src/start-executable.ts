// What a single executable runs first: it carries the rest of the program as scripts.
import { createRequire } from 'node:module'
import { getAsset } from 'node:sea'
import { runInThisContext } from 'node:vm'

const requireOf = createRequire(process.execPath)
const loaded = new Map<string, unknown>()

/** What a script exports. It is run when it is first asked for. */
function carried(name: string): unknown {
  if (loaded.has(name)) return loaded.get(name)
  const filename = `${name}.cjs`
  const module: { exports: unknown } = { exports: {} }
  runInThisContext(getAsset(filename, 'utf8'), { filename })(module, requireOf, carried)
  loaded.set(name, module.exports)
  return module.exports
}

carried('main')
