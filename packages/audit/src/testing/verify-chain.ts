import { createHash } from 'node:crypto'

export interface ChainLink {
  readonly stream: string
  readonly seq: number
  readonly canonical: string
  readonly prev: Uint8Array
  readonly hash: Uint8Array
}

/** As `ChainProblem`, and `position`: the content has another position than the row. */
export type LinkProblem = 'gap' | 'order' | 'prev' | 'hash' | 'position' | 'bounds'

export type ChainResult =
  | { readonly intact: true; readonly streams: number; readonly events: number }
  | { readonly intact: false; readonly stream: string; readonly seq: number; readonly problem: LinkProblem }

interface Progress {
  readonly seq: number
  readonly hash: Uint8Array
  readonly closed: boolean
}

/**
 * Checks complete streams, independent of the code under test, and names the first bad event. Streams may be
 * interleaved; each must be in order of `seq`.
 */
export function verifyChain(links: Iterable<ChainLink>): ChainResult {
  const streams = new Map<string, Progress>()
  let events = 0
  for (const link of links) {
    const before = streams.get(link.stream) ?? { seq: 0, hash: Buffer.alloc(32), closed: false }
    const content = readContent(link.canonical)
    const problem = problemOf(link, before, content)
    if (problem) return { intact: false, stream: link.stream, seq: link.seq, problem }
    streams.set(link.stream, { seq: link.seq, hash: link.hash, closed: content.kind === 'stream.closed' })
    events++
  }
  return { intact: true, streams: streams.size, events }
}

function problemOf(link: ChainLink, before: Progress, content: Content): LinkProblem | null {
  if (link.seq > before.seq + 1) return 'gap'
  if (link.seq !== before.seq + 1) return 'order'
  if (Buffer.compare(link.prev, before.hash) !== 0) return 'prev'
  if (Buffer.compare(link.hash, createHash('sha256').update(link.prev).update(link.canonical).digest()) !== 0)
    return 'hash'
  if (content.stream !== link.stream || content.seq !== link.seq) return 'position'
  if (before.closed || (link.seq === 1) !== (content.kind === 'stream.opened')) return 'bounds'
  return null
}

interface Content {
  readonly stream?: unknown
  readonly seq?: unknown
  readonly kind?: unknown
}

function readContent(canonical: string): Content {
  try {
    const content: unknown = JSON.parse(canonical)
    return typeof content === 'object' && content !== null ? content : {}
  } catch {
    return {}
  }
}
