import { stepUpPath } from '@rack-gateway/convox-api'
import type { Framed } from '../frame.ts'

/** The path for the audit log and the log. The code of a proof can still be valid, so it is redacted. */
export function recordedPath({ received, stepUpCall }: Framed): string {
  if (stepUpCall?.kind !== 'activate') return received.path
  return `${received.path.slice(0, received.path.lastIndexOf(stepUpPath) + stepUpPath.length)}/[hidden]`
}
