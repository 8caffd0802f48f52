import type { SizedStream } from '../checkpoints/checkpoint.ts'
import type { PublicKey } from '../checkpoints/signing-key.ts'
import type { ArchivedMonth, ArchiveFinding } from './findings.ts'

/** The part of a manifest that explains missing events. */
export interface ArchiveClaim {
  /** Such as `2026-10`. */
  readonly month: string
  readonly place: string
  readonly manifest: string
  readonly signer: PublicKey
  readonly signed: boolean
  readonly streams: readonly SizedStream[]
}

export interface ArchiveClaims {
  add(claim: ArchiveClaim | null): void
  /** Keeps only claims that a key of the log signed. Call before `has`. */
  trust(keys: readonly PublicKey[]): void
  /** Whether an archive has exactly this stream. If so, its month is part of `met()`. */
  has(stream: SizedStream): boolean
  /** The months whose archives explained missing streams. */
  met(): ArchivedMonth[]
}

export function createArchiveClaims(report: (finding: ArchiveFinding) => void): ArchiveClaims {
  const claims: ArchiveClaim[] = []
  const archived = new Map<string, { readonly claim: ArchiveClaim; readonly said: SizedStream }>()
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
        if (signed && isKnown) for (const said of claim.streams) archived.set(said.stream, { claim, said })
        else report({ about: 'archive', problem: signed ? 'key' : 'signature', month, detail: signer.text })
      }
    },
    has({ stream, size, root }) {
      const { claim, said } = archived.get(stream) ?? {}
      if (claim === undefined || said?.size !== size || said.root !== root) return false
      const { month, place, manifest } = claim
      const before = months.get(month) ?? { month, place, manifest, events: 0, streams: 0 }
      months.set(month, { ...before, events: before.events + size, streams: before.streams + 1 })
      return true
    },
    met: () => [...months.values()].toSorted((one, other) => (one.month < other.month ? -1 : 1)),
  }
}
