import { hash } from 'node:crypto'

/** What `verifyChain` needs of an event: its place, its bytes and its links. */
export interface ChainLink {
  readonly stream: string
  readonly seq: number
  readonly canonical: string
  readonly prev: Uint8Array
  readonly hash: Uint8Array
}

/** The `prev` of a stream's first event. */
export const genesis: Buffer = Buffer.alloc(32)

/** SHA-256(prev ‖ canonical), 32 bytes. */
export function linkHash(prev: Uint8Array, canonical: string): Buffer {
  const most = prev.length + canonical.length * mostBytes
  if (most > room.length) room = Buffer.allocUnsafeSlow(2 * most)
  room.set(prev)
  const end = prev.length + room.write(canonical, prev.length)
  return hash('sha256', room.subarray(0, end), 'buffer')
}

/** UTF-8 bytes of one UTF-16 unit. */
const mostBytes = 3
/** Where what is hashed is put together. Events are cut, so it stays small. */
let room = Buffer.allocUnsafeSlow(64 * 1024)

export type ChainProblem =
  /** A number is missing: events were removed, or not all were given. */
  | 'gap'
  /** A number comes again or too early: events were added, reordered or forked. */
  | 'order'
  /** It doesn't follow the event before it. */
  | 'prev'
  /** Its bytes aren't those that were hashed. */
  | 'hash'
  /** Its bytes speak of another place in the log than where it lies. */
  | 'place'
  /** The stream doesn't begin with `stream.opened`, or goes on after `stream.closed`. */
  | 'bounds'

export type ChainVerdict =
  | { readonly intact: true; readonly streams: number; readonly events: number }
  | { readonly intact: false; readonly stream: string; readonly seq: number; readonly problem: ChainProblem }

interface Progress {
  readonly seq: number
  readonly hash: Uint8Array
  readonly closed: boolean
}

/** Checks whole streams, each in the order of `seq` (streams may be mixed), and names the first event that is wrong. */
export function verifyChain(links: Iterable<ChainLink>): ChainVerdict {
  const streams = new Map<string, Progress>()
  let events = 0
  for (const link of links) {
    const before = streams.get(link.stream) ?? { seq: 0, hash: genesis, closed: false }
    const content = readContent(link.canonical)
    const problem = problemOf(link, before, content)
    if (problem) return { intact: false, stream: link.stream, seq: link.seq, problem }
    streams.set(link.stream, { seq: link.seq, hash: link.hash, closed: content.kind === 'stream.closed' })
    events++
  }
  return { intact: true, streams: streams.size, events }
}

function problemOf(link: ChainLink, before: Progress, content: Content): ChainProblem | null {
  if (link.seq > before.seq + 1) return 'gap'
  if (link.seq !== before.seq + 1) return 'order'
  if (Buffer.compare(link.prev, before.hash) !== 0) return 'prev'
  if (Buffer.compare(link.hash, linkHash(link.prev, link.canonical)) !== 0) return 'hash'
  if (content.stream !== link.stream || content.seq !== link.seq) return 'place'
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
