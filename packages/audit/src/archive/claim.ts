import type { ArchiveClaim } from '../verify/archive-claims.ts'
import { readManifest } from './manifest.ts'

/** What an archive's manifest says, for a verification of the log that it was taken from; null for what isn't one. */
export function claimOf(written: string, place: string): ArchiveClaim | null {
  const manifest = readManifest(written)
  if (manifest === null) return null
  const { month, signer, signed, hash, streams } = manifest
  return {
    month,
    place,
    manifest: hash,
    signer,
    signed,
    streams: streams.map(({ stream, last, root }) => ({ stream, size: last, root })),
  }
}
