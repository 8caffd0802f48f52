import { tryGateway } from '../gateway/gateway-request.ts'
import { span } from '../session/expiry.ts'
import { askDeadline } from './deadlines.ts'
import { type Finding, noGateway, ok, problem, warning } from './finding.ts'
import type { Subject } from './subject.ts'

/** Seconds that the gateway permits between its clock and those of an identity provider and a CI system. */
const tolerated = 30
/** Seconds from which on a token is taken for ended, or good, when it is not. */
const misleading = 300

/** The gateway's clock beside this machine's, as exact as the Date header: a second, and half the time that the answer took. */
export async function checkClock({ origin, trust }: Pick<Subject, 'origin' | 'trust'>): Promise<Finding> {
  if (origin === null) return noGateway
  const asked = Date.now()
  const answer = await tryGateway(origin, {
    path: '/check',
    trust,
    deadline: askDeadline,
  })
  const answered = Date.now()
  if (answer.kind === 'unanswered') return warning(`not checked: no answer (${answer.reason})`, null)
  const theirs = Date.parse(answer.headers.get('date') ?? '')
  if (Number.isNaN(theirs)) return warning('not checked: the answer has no Date', null)
  const offset = Math.round((theirs + 500 - (asked + answered) / 2) / 1_000)
  return evaluated(offset)
}

function evaluated(offset: number): Finding {
  const difference = Math.abs(offset)
  if (difference <= tolerated)
    return ok(`${difference <= 1 ? 'as' : `${difference} s from`} the gateway's; more than ${tolerated} s would matter`)
  const words = difference < 60 ? `${difference} s` : span(difference * 1_000)
  const says = `this machine's clock is ${words} ${offset > 0 ? 'behind' : 'ahead of'} the gateway's. If the gateway's is wrong, logins by an identity provider and CI jobs can be refused from ${tolerated} s on; if this one is, tokens are taken for ended too ${offset > 0 ? 'late' : 'early'} here`
  const next = "set this machine's clock by NTP; if it is right, tell the gateway's operator"
  return difference < misleading ? warning(says, next) : problem(says, next)
}
