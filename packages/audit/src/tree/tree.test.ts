import { createHash } from 'node:crypto'
import { type Digest, rootByInclusion } from '@rack-gateway/audit-proof'
import { array, assert, asyncProperty, integer, property, uint8Array } from 'fast-check'
import { expect, test } from 'vitest'
import { nodeCrypto } from '../signed-notes/signing-key.ts'
import { emptyRoot, leafOf } from './hashing.ts'
import { createRangeRoots, inclusionRanges } from './proofs.ts'
import { createTree } from './tree.ts'

/** RFC 6962, section 2.1, implemented literally. */
function merkleTreeHash(leaves: readonly Uint8Array[]): Buffer {
  const sha256 = (...parts: Uint8Array[]) => createHash('sha256').update(Buffer.concat(parts)).digest()
  const [only] = leaves
  if (only === undefined) return sha256()
  if (leaves.length === 1) return sha256(Buffer.of(0), only)
  const k = 2 ** Math.ceil(Math.log2(leaves.length) - 1)
  return sha256(Buffer.of(1), merkleTreeHash(leaves.slice(0, k)), merkleTreeHash(leaves.slice(k)))
}

/** SHA-256(0x00 ‖ data), for data of any length. */
const leafOfBytes = (data: Uint8Array): Digest => createHash('sha256').update(Buffer.of(0)).update(data).digest('hex')

const reference = (leaves: readonly Uint8Array[]): Digest => merkleTreeHash(leaves).toString('hex')

/** Test vectors of Certificate Transparency implementations: eight leaves, and the roots of the first 1 to 8. */
const vectors = {
  leaves: ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'],
  roots: [
    '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
    'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
    'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
    'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
    '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
    'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
    '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
  ],
}

function treeOf(leaves: readonly Uint8Array[]) {
  const tree = createTree()
  for (const leaf of leaves) tree.append(leafOfBytes(leaf))
  return tree
}

function rootsOf(leaves: readonly Uint8Array[], ranges: Parameters<typeof createRangeRoots>[0]) {
  const found = createRangeRoots(ranges)
  for (const leaf of leaves) found.append(leafOfBytes(leaf))
  return found.roots()
}

const someLeaves = (most: number) => array(uint8Array({ maxLength: 40 }), { minLength: 1, maxLength: most })
const numbered = (count: number) => Array.from({ length: count }, (_, index) => Buffer.from(`leaf ${index}`))

test('the roots match the vectors of Certificate Transparency', () => {
  expect(emptyRoot).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855')
  expect(createTree().root()).toBe(emptyRoot)
  const tree = createTree()
  const roots = vectors.leaves.map((leaf) => {
    tree.append(leafOfBytes(Buffer.from(leaf, 'hex')))
    return tree.root()
  })
  expect(roots).toEqual(vectors.roots)
})

test('the paths match the vectors of Certificate Transparency', () => {
  const leaves = vectors.leaves.map((leaf) => Buffer.from(leaf, 'hex'))
  expect(rootsOf(leaves.slice(0, 8), inclusionRanges(5, 8))).toEqual([
    'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
    'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
    'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  ])
})

test('a leaf is the hash of the leaf prefix and the chain hash', () => {
  const hash = 'ab'.repeat(32)
  expect(leafOf(hash)).toBe(leafOfBytes(Buffer.from(hash, 'hex')))
})

test('the root matches the definition for any leaves, also for a resumed tree', () => {
  assert(
    property(someLeaves(70), integer({ min: 0, max: 70 }), (leaves, at) => {
      expect(treeOf(leaves).root()).toBe(reference(leaves))
      const half = treeOf(leaves.slice(0, at))
      const resumed = createTree({ size: half.size, peaks: half.peaks })
      for (const leaf of leaves.slice(at)) resumed.append(leafOfBytes(leaf))
      expect(resumed.root()).toBe(reference(leaves))
    }),
  )
})

test('a tree rejects a wrong number of peaks', () => {
  expect(() => createTree({ size: 3, peaks: [emptyRoot] })).toThrow(RangeError)
  expect(() => createTree({ size: -1, peaks: [] })).toThrow(RangeError)
  expect(() => createTree({ size: 1.5, peaks: [emptyRoot] })).toThrow(RangeError)
})

/** The root that a verifier computes, in hex; null if the path has the wrong length. */
async function verifiedRoot(data: Uint8Array, index: number, size: number, path: readonly Digest[]) {
  const siblings = path.map((sibling) => Uint8Array.from(Buffer.from(sibling, 'hex')))
  const root = await rootByInclusion(Uint8Array.from(data), { index, size }, siblings, nodeCrypto)
  return root && Buffer.from(root).toString('hex')
}

test('in trees up to 40 leaves, each path proves only its leaf, index, and size', async () => {
  for (let size = 1; size <= 40; size++) {
    const leaves = numbered(size)
    const root = reference(leaves)
    for (const [index, leaf] of leaves.entries()) {
      const path = rootsOf(leaves, inclusionRanges(index, size))
      expect(await verifiedRoot(leaf, index, size, path)).toBe(root)
      expect(await verifiedRoot(Buffer.from('other'), index, size, path)).not.toBe(root)
      expect((await verifiedRoot(leaf, (index + 1) % size, size, path)) === root).toBe(size === 1)
      expect(await verifiedRoot(leaf, index, size, [...path, root])).toBeNull()
      if (path.length > 0) expect(await verifiedRoot(leaf, index, size, path.slice(1))).not.toBe(root)
    }
  }
  const empty = Buffer.alloc(0)
  for (const index of [3, -1, 0.5, Number.NaN]) expect(await verifiedRoot(empty, index, 3, [])).toBeNull()
  expect(() => inclusionRanges(3, 3)).toThrow(RangeError)
})

test('changing any hash in a proof breaks it', async () => {
  await assert(
    asyncProperty(
      integer({ min: 2, max: 300 }),
      integer({ min: 0, max: 299 }),
      integer({ min: 0 }),
      async (size, some, which) => {
        const leaves = numbered(size)
        const index = some % size
        const path = rootsOf(leaves, inclusionRanges(index, size))
        const broken = path.with(which % path.length, emptyRoot)
        const root = treeOf(leaves).root()
        const leaf = leaves[index] ?? Buffer.alloc(0)
        expect(await verifiedRoot(leaf, index, size, path)).toBe(root)
        expect(await verifiedRoot(leaf, index, size, broken)).not.toBe(root)
      },
    ),
    { numRuns: 50 },
  )
})

test('range roots fail until all leaves were added', () => {
  const found = createRangeRoots(inclusionRanges(0, 4))
  found.append(emptyRoot)
  found.append(emptyRoot)
  expect(() => found.roots()).toThrow('leaves from 2 on are missing')
})
