import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { makeOwnDirectory } from './own-directory.ts'

/** Where the program's code is kept as it was compiled. Null where others may write: what is kept there is run. */
export function codeDirectory({ env, platform }: Pick<NodeJS.Process, 'env' | 'platform'>): string | null {
  const said = (platform === 'win32' ? env.LOCALAPPDATA : env.XDG_CACHE_HOME) ?? ''
  // What isn't absolute doesn't count, as its specification asks: it would be in whatever directory somebody stands in.
  const caches = isAbsolute(said) ? said : join(homedir(), '.cache')
  const directory = join(caches, 'rack-gateway', 'code')
  return makeOwnDirectory(directory) ? directory : null
}
