import type { RequestOf } from '@rack-gateway/gateway-api'
import { tryGateway } from '../../../gateway/gateway-request.ts'
import type { Target } from '../../../rack-choice/local/target.ts'

export type StoppedCallReport = RequestOf<'reportStoppedCall'>['body']

/** @returns false if the gateway may receive the report later. Never rejects. */
export async function sendReport(
  { origin, token, tlsTrust }: Pick<Target, 'origin' | 'token' | 'tlsTrust'>,
  report: StoppedCallReport,
  signal: AbortSignal,
): Promise<boolean> {
  const path = '/gateway/api/v1/policy/stopped-calls'
  const response = await tryGateway(origin, { path, token, tlsTrust, body: report, signal }).catch(() => null)
  if (response === null || response.kind === 'unanswered') return false
  return response.status < 500 && !laterStatuses.includes(response.status)
}

/** The token has expired, or the limit of reports is reached. Any other error is final. */
const laterStatuses: readonly number[] = [401, 429]
