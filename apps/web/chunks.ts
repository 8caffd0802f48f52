import type { Rolldown } from 'vite'

type Group = Extract<Rolldown.OutputOptions['codeSplitting'], object>['groups']

/**
 * Opening a page loads two or three files: the chunk of the page, its styles, and, once, `shared`. Without groups, every
 * set of modules that two pages share would be a chunk of its own.
 */
export const chunkGroups: Group = [
  // What the first page needs. Libraries are apart, because they stay the same in most releases.
  { name: 'vendor', test: /node_modules|rolldown\/runtime/, tags: ['$initial'], priority: 3 },
  { name: 'main', tags: ['$initial'], priority: 2 },
  { name: chunkOf, debugName: 'pages', priority: 1 },
]

/** The chunk of a module that the first page does not need: its page's, or `shared` if several pages use the module. */
function chunkOf(id: string, context: Rolldown.ChunkingContext): string {
  const pages = new Set<string>()
  const visited = new Set([id])
  for (const each of visited) {
    const info = context.getModuleInfo(each)
    if (info === null) continue
    if (info.dynamicImporters.length > 0) pages.add(pageOf(each))
    for (const importer of info.importers) visited.add(importer)
  }
  const [page = 'shared', ...others] = pages
  return others.length === 0 ? page : 'shared'
}

/** The folder of a page, such as `people`. The dialogs of the shell are together in one chunk. */
function pageOf(id: string): string {
  return /\/src\/(?:pages\/)?([\w-]+)\//.exec(id)?.[1] ?? 'shared'
}
