import type { AuditEvent } from '@rack-gateway/gateway-api'
import { Badge } from '../../../ui/status/badge.tsx'
import { resultOf, resultWords } from './event-facts.ts'

export function ResultBadge({ event }: { readonly event: AuditEvent }) {
  const { word, tone } = resultWords[resultOf(event)]
  return <Badge tone={tone}>{word}</Badge>
}
