import { readManifest } from '../signed-notes/manifest.ts'
import type { ArchiveClaim } from './archive-claims.ts'

/** Reads the manifest of an archive for the verification of its log. @returns null for text that is not a manifest */
export function readArchiveClaim(written: string, location: string): ArchiveClaim | null {
  const manifest = readManifest(written)
  if (manifest === null) return null
  const { month, signer, signed, hash, streams } = manifest
  return {
    month,
    location,
    manifest: hash,
    signer,
    signed,
    streams: streams.map(({ stream, last, root }) => ({ stream, size: last, root })),
  }
}
