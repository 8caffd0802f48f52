import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'

/** What `node --cpu-prof` writes. */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number }
  }[]
  /** Ids of nodes. */
  readonly samples: readonly number[]
  /** Microseconds before each sample. */
  readonly timeDeltas: readonly number[]
}

export interface SelfTime {
  readonly place: string
  /** Of the time in which the process worked, from 0 to 1. */
  readonly share: number
}

const notWork = new Set(['(idle)', '(root)'])

/** @returns where the time was spent, the most first; idle time isn't counted */
export function selfTimes({ nodes, samples, timeDeltas }: CpuProfile, placeOf: PlaceOf): SelfTime[] {
  const names = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]))
  const micros = new Map<string, number>()
  let total = 0
  samples.forEach((id, index) => {
    const frame = names.get(id)
    if (!frame || notWork.has(frame.functionName)) return
    const spent = timeDeltas[index] ?? 0
    const place = placeOf(frame)
    total += spent
    micros.set(place, (micros.get(place) ?? 0) + spent)
  })
  return [...micros]
    .map(([place, spent]) => ({ place, share: total === 0 ? 0 : spent / total }))
    .sort((a, b) => b.share - a.share)
}

/** The last `micros` of a profile: without the start, in which modules are loaded and compiled. */
export function lastPart(profile: CpuProfile, micros: number): CpuProfile {
  let left = micros
  let from = profile.samples.length
  while (from > 0 && left > 0) left -= profile.timeDeltas[--from] ?? 0
  return { ...profile, samples: profile.samples.slice(from), timeDeltas: profile.timeDeltas.slice(from) }
}

export type PlaceOf = (frame: CpuProfile['nodes'][number]['callFrame']) => string

const root = fileURLToPath(new URL('../../', import.meta.url))

/** `function file:line`, the file below the repository or its package. */
export function functionOf({ functionName, url, lineNumber }: Parameters<PlaceOf>[0]): string {
  const name = functionName === '' ? '(anonymous)' : functionName
  return url === '' ? name : `${name} ${fileOf(url)}:${lineNumber + 1}`
}

/** The package or part that a function belongs to. */
export function partOf({ functionName, url }: Parameters<PlaceOf>[0]): string {
  if (url === '') return functionName === '' ? '(native)' : functionName
  const file = fileOf(url)
  const external = /^((?:@[^/]+\/)?[^/]+)\//.exec(file)
  const own = /^((?:packages|apps|bench)\/[^/]+)\//.exec(file)
  return own?.[1] ?? (url.startsWith('node:') ? 'node' : (external?.[1] ?? file))
}

function fileOf(url: string): string {
  if (!url.startsWith('file:')) return url
  const path = relative(root, fileURLToPath(url))
  return path.slice(path.lastIndexOf('node_modules/') + 1).replace(/^ode_modules\//, '')
}
