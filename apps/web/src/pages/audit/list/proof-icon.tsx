import type { AuditEvent } from '@rack-gateway/gateway-api'
import { Fingerprint } from 'lucide-react'
import { methodName } from '../../../second-factor/method-names.ts'

export function ProofIcon({ proof: { method } }: { readonly proof: NonNullable<AuditEvent['proof']> }) {
  const name = `Proved with ${methodName(method)}`
  return (
    <Fingerprint role="img" aria-label={name} size={14}>
      <title>{name}</title>
    </Fingerprint>
  )
}
