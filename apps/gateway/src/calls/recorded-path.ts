import { stepUpPath } from '@rack-gateway/convox-api'
import type { ParsedRequest } from './parse-request.ts'

/** The path for the audit log and the gateway's log. The code of a proof can still be valid, so it is redacted. */
export function recordedPath({ receivedTarget, stepUpCall }: ParsedRequest): string {
  if (stepUpCall?.kind !== 'activate') return receivedTarget.path
  return `${receivedTarget.path.slice(0, receivedTarget.path.lastIndexOf(stepUpPath) + stepUpPath.length)}/[hidden]`
}
