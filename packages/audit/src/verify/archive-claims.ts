import type { SizedStream } from '@rack-gateway/audit-proof'
import type { PublicKey } from '../signed-notes/signing-key.ts'
import type { ArchivedMonth, ArchiveFinding } from './findings.ts'

/** The part of a manifest that explains missing events. */
export interface ArchiveClaim {
  /** Such as `2026-10`. */
  readonly month: string
  /** Location of the archive. */
  readonly location: string
  /** SHA-256 of the manifest without its signature, hex. */
  readonly manifest: string
  readonly signer: PublicKey
  /** Whether the signature of `signer` is valid. */
  readonly signed: boolean
  readonly streams: readonly SizedStream[]
}

export interface ArchiveClaims {
  add(claim: ArchiveClaim | null): void
  /** Uses only claims that one of these keys signed, and reports all other claims. Call before `explains`. */
  trust(keys: readonly PublicKey[]): void
  /** Whether an archive has exactly this stream. If so, its month is part of `explainedMonths()`. */
  explains(stream: SizedStream): boolean
  explainedMonths(): ArchivedMonth[]
}

export function createArchiveClaims(report: (finding: ArchiveFinding) => void): ArchiveClaims {
  const claims: ArchiveClaim[] = []
  const archived = new Map<string, { readonly claim: ArchiveClaim; readonly claimed: SizedStream }>()
  const months = new Map<string, ArchivedMonth>()
  return {
    add(claim) {
      if (claim === null) report({ about: 'archive', problem: 'unreadable', month: '', detail: '' })
      else claims.push(claim)
    },
    trust(keys) {
      for (const claim of claims) {
        const { month, signer, signed } = claim
        const isKnown = keys.some(({ text }) => text === signer.text)
        if (signed && isKnown) for (const claimed of claim.streams) archived.set(claimed.stream, { claim, claimed })
        else report({ about: 'archive', problem: signed ? 'key' : 'signature', month, detail: signer.text })
      }
    },
    explains({ stream, size, root }) {
      const { claim, claimed } = archived.get(stream) ?? {}
      if (claim === undefined || claimed?.size !== size || claimed.root !== root) return false
      const { month, location, manifest } = claim
      const counted = months.get(month) ?? { month, place: location, manifest, events: 0, streams: 0 }
      months.set(month, { ...counted, events: counted.events + size, streams: counted.streams + 1 })
      return true
    },
    explainedMonths: () => [...months.values()].toSorted((one, other) => (one.month < other.month ? -1 : 1)),
  }
}
