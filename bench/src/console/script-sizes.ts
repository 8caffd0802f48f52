import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

export interface ScriptSizes {
  /** Bytes of compressed script that the document loads. */
  readonly first: number
  /** Bytes of each compressed script that is loaded later, by the name of its file. */
  readonly lazy: Readonly<Record<string, number>>
}

/** @param directory the `dist` of the web console */
export function scriptSizes(directory: string): ScriptSizes {
  const document = readFileSync(join(directory, 'index.html'), 'utf8')
  const documentScripts = new Set([...document.matchAll(/\/gateway\/(assets\/[\w.-]+\.js)"/g)].map(([, path]) => path))
  const names = readdirSync(join(directory, 'assets')).filter((name) => name.endsWith('.js'))
  const lazy: Record<string, number> = {}
  let first = 0
  for (const name of names) {
    const size = compressedSize(join(directory, 'assets', name))
    if (documentScripts.has(`assets/${name}`)) first += size
    else lazy[name.replace(/-[\w-]{8}\.js$/, '')] = size
  }
  return { first, lazy }
}

/** The size with gzip, or the original size if there is no .gz file. */
function compressedSize(path: string): number {
  return statSync(existsSync(`${path}.gz`) ? `${path}.gz` : path).size
}
