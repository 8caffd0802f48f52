import type { RackStatus } from '@rack-gateway/gateway-api'
import type { Tone } from '../../../ui/status/badge.tsx'

export interface RackHealth {
  readonly tone: Tone
  readonly word: string
  readonly isHealthy: boolean
  /** A sentence; null if the word says everything. */
  readonly why: string | null
  /** Whole days until the certificate expires; null for plain http, and before the first verified connection. */
  readonly certificateDays: number | null
}

/** A certificate that expires in fewer days is a warning. */
const noticeDays = 21
/** Milliseconds. A rack counts as slow if its response takes this time or longer. */
const slowLatency = 2_000

/** @param now milliseconds since the epoch */
export function rackHealth(rack: RackStatus, now: number): RackHealth {
  const { state, status, why, latencyMs, certificate } = rack
  const certificateDays = certificate && Math.floor((Date.parse(certificate.notAfter) - now) / 86_400_000)
  const common = { why, certificateDays, isHealthy: false }
  if (state === 'unreachable') return { ...common, tone: 'deny', word: 'Unreachable' }
  if (state !== 'reachable') return { ...common, tone: 'deny', word: 'Invalid response' }
  if (certificateDays !== null && certificateDays < noticeDays) {
    const sentence = `Its certificate expires in ${certificateDays} ${certificateDays === 1 ? 'day' : 'days'}.`
    return { ...common, tone: 'warn', word: 'Certificate', why: sentence }
  }
  if (latencyMs >= slowLatency)
    return { ...common, tone: 'warn', word: 'Slow', why: `It answered after ${(latencyMs / 1_000).toFixed(1)} s.` }
  if (status !== null && status !== 'running')
    return { ...common, tone: 'warn', word: 'Not running', why: `It reports the status ${status}.` }
  return { ...common, tone: 'allow', word: 'Reachable', isHealthy: true }
}

const order: readonly Tone[] = ['deny', 'warn', 'allow']

/** Racks with a problem come first. */
export function racksByHealth(racks: readonly RackStatus[], now: number) {
  return racks
    .map((rack) => ({ rack, health: rackHealth(rack, now) }))
    .toSorted((one, other) => order.indexOf(one.health.tone) - order.indexOf(other.health.tone))
}
