import type { Rolldown } from 'vite'

type Group = NonNullable<Extract<Rolldown.OutputOptions['codeSplitting'], object>['groups']>[number]

/**
 * Opening a page loads the chunk of the page, its styles, and, once, `shared`. Without groups, every set of modules that
 * two pages share would be a chunk of its own.
 */
export const chunkGroups: Group[] = [
  // What the first page needs. Libraries are apart, because they stay the same in most releases.
  { name: 'vendor', test: /node_modules/, tags: ['$initial'], priority: 4 },
  { name: 'main', tags: ['$initial'], priority: 3 },
  // A group also takes what its modules import, so this one comes before the groups of pages.
  { name: (id, context) => (pagesOf(id, context).size > 1 ? 'shared' : null), debugName: 'shared', priority: 2 },
  { name: (id, context) => [...pagesOf(id, context)][0], debugName: 'pages', priority: 1 },
]

/** The folders of the pages that use a module, such as `people`. The dialogs of the shell count as one page. */
function pagesOf(id: string, context: Rolldown.ChunkingContext): ReadonlySet<string> {
  const pages = new Set<string>()
  const visited = new Set([id])
  for (const each of visited) {
    const info = context.getModuleInfo(each)
    if (info === null) continue
    const page = /\/src\/(?:pages\/)?([\w-]+)\//.exec(each)?.[1]
    if (info.dynamicImporters.length > 0 && page !== undefined) pages.add(page)
    for (const importer of info.importers) visited.add(importer)
  }
  return pages
}
