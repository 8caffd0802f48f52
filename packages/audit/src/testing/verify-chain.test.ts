import { expect, test } from 'vitest'
import { canonical } from '../events/canonical.ts'
import { linkHash } from '../events/chain.ts'
import { encode } from '../events/encode.ts'
import type { EventDraft } from '../events/event.ts'
import { createEventStream } from '../log/stream.ts'
import { type ChainLink, verifyChain } from './verify-chain.ts'

const at = Date.UTC(2026, 4, 5)

function chain(...kinds: EventDraft['kind'][]): ChainLink[] {
  const stream = createEventStream(at)
  return kinds.map(function link(kind, index) {
    const { position, canonical, prev, hash } = stream.seal(encode({ kind }), at + index)
    return { stream: position.stream, seq: position.seq, canonical, prev, hash }
  })
}

const whole = () => chain('stream.opened', 'call', 'intent', 'outcome', 'stream.closed')

/** Rehashes the chain, as someone could who can write to the table. */
function rehash(links: ChainLink[]): ChainLink[] {
  let prev: Buffer = Buffer.alloc(32)
  return links.map((link) => {
    const hash = linkHash(prev, link.canonical)
    const fixed = { ...link, prev, hash }
    prev = hash
    return fixed
  })
}

test('a complete chain is intact, also interleaved with another one', () => {
  expect(verifyChain(whole())).toEqual({ intact: true, streams: 1, events: 5 })
  const [one, other] = [whole(), whole()]
  const mixed = one.flatMap((link, index) => [link, ...other.slice(index, index + 1)])
  expect(verifyChain(mixed)).toEqual({ intact: true, streams: 2, events: 10 })
  expect(verifyChain([])).toEqual({ intact: true, streams: 0, events: 0 })
})

test.each<[string, (links: ChainLink[]) => ChainLink[], number, string]>([
  [
    'an edited event',
    (links) => links.with(2, { ...linkAt(links, 2), canonical: linkAt(links, 2).canonical.replace('intent', 'call') }),
    3,
    'hash',
  ],
  ['a deleted event', (links) => links.toSpliced(1, 1), 3, 'gap'],
  ['a deleted beginning', (links) => links.slice(1), 2, 'gap'],
  ['two swapped events', (links) => [linkAt(links, 0), linkAt(links, 2), linkAt(links, 1)], 3, 'gap'],
  ['a duplicated event', (links) => links.toSpliced(2, 0, linkAt(links, 1)), 2, 'order'],
  ['a broken link', (links) => links.with(2, { ...linkAt(links, 2), prev: Buffer.alloc(32) }), 3, 'prev'],
  [
    'an event moved to another number, with new hashes',
    (links) => rehash(links.with(1, { ...linkAt(links, 2), seq: 2 })),
    2,
    'position',
  ],
  [
    'an event that is not JSON, with new hashes',
    (links) => rehash(links.with(1, { ...linkAt(links, 1), canonical: 'null' })),
    2,
    'position',
  ],
  [
    'an event after the end',
    (links) =>
      rehash([
        ...links,
        {
          ...linkAt(links, 4),
          seq: 6,
          canonical: canonical({ stream: linkAt(links, 0).stream, seq: 6, kind: 'call' }),
        },
      ]),
    6,
    'bounds',
  ],
])('%s is detected', (_, tamper, seq, problem) => {
  expect(verifyChain(tamper(whole()))).toMatchObject({ intact: false, seq, problem })
})

test('a stream that does not begin with its opening, or opens twice, is detected', () => {
  expect(verifyChain(chain('call', 'call'))).toMatchObject({ intact: false, seq: 1, problem: 'bounds' })
  expect(verifyChain(chain('stream.opened', 'stream.opened'))).toMatchObject({ seq: 2, problem: 'bounds' })
})

test('a fork is detected at the second event with the same number', () => {
  const links = whole()
  const fork = { ...linkAt(links, 2), canonical: linkAt(links, 2).canonical.replace('intent', 'call') }
  expect(verifyChain([...links.slice(0, 3), { ...fork, hash: linkHash(fork.prev, fork.canonical) }])).toMatchObject({
    seq: 3,
    problem: 'order',
  })
})

function linkAt(links: readonly ChainLink[], index: number): ChainLink {
  const link = links[index]
  if (!link) throw new Error(`no link ${index}`)
  return link
}
