// Stands before `main.cjs` in a single executable, which carries the scripts beside it as assets.
const loadedScripts = new Map()

// biome-ignore lint/correctness/noUnusedVariables: what it stands before calls it.
function carried(name) {
  const loaded = loadedScripts.get(name)
  if (loaded !== undefined) return loaded.exports
  const { getAsset, getRawAsset } = require('node:sea')
  const { Script } = require('node:vm')
  const module = { exports: {} }
  loadedScripts.set(name, module)
  const code = Buffer.from(getRawAsset(`${name}.code`))
  const compiled = new Script(getAsset(`${name}.cjs`, 'utf8'), {
    filename: `${name}.cjs`,
    cachedData: code.length > 0 ? code : undefined,
  })
  compiled.runInThisContext()(module, require, carried)
  return module.exports
}
