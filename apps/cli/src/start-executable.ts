// The entry of a single executable. The rest of the program is in the executable as assets.
import { createRequire } from 'node:module'
import { getAsset } from 'node:sea'
import { runInThisContext } from 'node:vm'

const requireBuiltin = createRequire(process.execPath)
const loaded = new Map<string, unknown>()

/** The exports of a script. The first call runs it. */
function loadScript(name: string): unknown {
  if (loaded.has(name)) return loaded.get(name)
  const filename = `${name}.cjs`
  const module: { exports: unknown } = { exports: {} }
  runInThisContext(getAsset(filename, 'utf8'), { filename })(module, requireBuiltin, loadScript)
  loaded.set(name, module.exports)
  return module.exports
}

loadScript('main')
