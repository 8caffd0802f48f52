import { tryGateway } from '../gateway/gateway-request.ts'
import { durationText } from '../token/expiry.ts'
import { requestDeadline } from './findings/deadlines.ts'
import { type Finding, noGateway, ok, problem, warning } from './findings/finding.ts'
import type { CheckSubject } from './findings/subject.ts'

/** Seconds that the gateway tolerates between its clock and the clocks of identity providers and CI systems. */
const tolerance = 30
/** Seconds. From this difference on, this machine misjudges the expiry of tokens. */
const problemOffset = 300

/** The Date header has whole seconds. So the result can be wrong by one second, and by half of the response time. */
export async function checkClock({ origin, tlsTrust }: Pick<CheckSubject, 'origin' | 'tlsTrust'>): Promise<Finding> {
  if (origin === null) return noGateway
  const requestedAt = Date.now()
  const response = await tryGateway(origin, {
    path: '/check',
    tlsTrust,
    deadline: requestDeadline,
  })
  const respondedAt = Date.now()
  if (response.kind === 'unanswered') return warning(`Not checked: the request failed (${response.reason}).`, null)
  const gatewayTime = Date.parse(response.headers.get('date') ?? '')
  if (Number.isNaN(gatewayTime)) return warning('Not checked: the response has no Date header.', null)
  return describeOffset(Math.round((gatewayTime + 500 - (requestedAt + respondedAt) / 2) / 1_000))
}

/** @param offset seconds by which the gateway's clock is ahead */
function describeOffset(offset: number): Finding {
  const difference = Math.abs(offset)
  if (difference <= tolerance)
    return ok(
      difference <= 1
        ? 'The clock of this machine agrees with the gateway.'
        : `The clock of this machine is ${difference} s from that of the gateway. Up to ${tolerance} s does no harm.`,
    )
  const words = difference < 60 ? `${difference} s` : durationText(difference * 1_000)
  const says = `The clock of this machine is ${words} ${offset > 0 ? 'behind' : 'ahead of'} that of the gateway. If the gateway's clock is wrong, logins and CI jobs can fail. If this clock is wrong, tokens seem to expire too ${offset > 0 ? 'late' : 'early'}.`
  const remedy = 'Set the clock of this machine by NTP. If it is right, tell the operator of the gateway.'
  return difference < problemOffset ? warning(says, remedy) : problem(says, remedy)
}
