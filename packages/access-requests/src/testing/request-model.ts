import { day, hour, type Person, startOfTest } from './start-requests.ts'

/** The accounts of one person have the same `human`. */
export interface Account extends Person {
  readonly human: string
}

export interface ModelRule {
  readonly reviews: number
  readonly startsWithUse: boolean
}

/** Racks and apps are names without wildcards, so that terms are plain sets. */
export interface ModelTerms {
  readonly racks: readonly string[]
  readonly apps: readonly string[]
  readonly seconds: number
  readonly startsAt: number | null
}

interface ModelReview {
  readonly account: Account
  readonly terms: ModelTerms
}

interface ModelGrant {
  racks: readonly string[]
  apps: readonly string[]
  seconds: number
  from: number
  until: number
}

export interface ModelRequest {
  id: string
  readonly requester: Account
  readonly rule: ModelRule
  readonly asked: ModelTerms
  readonly answerBy: number
  state: string
  readonly reviews: ModelReview[]
  grant: ModelGrant | null
  /** What happened, and the ID of who did it. */
  readonly events: string[]
}

const clock = 'access-requests'
const longest = 4 * hour

/**
 * What the documentation says about access requests, as plainly as possible. Shares no code with the store, so that a
 * mistake in the store is not also here. Each method returns `done` or the code of the expected error.
 */
export class RequestModel {
  now = startOfTest
  readonly requests: ModelRequest[] = []

  ask(requester: Account, rule: ModelRule, terms: ModelTerms): string {
    const startsAt = this.#start(terms.startsAt)
    if (startsAt !== null && startsAt > this.now + 7 * day) return 'RGW_START_TOO_LATE'
    const open = this.requests.filter((one) => one.requester === requester && isOpen(one))
    if (open.length >= 10) return 'RGW_TOO_MANY_OPEN_REQUESTS'
    let answerBy = this.now + hour
    if (startsAt !== null && startsAt + terms.seconds * 1_000 < answerBy) answerBy = startsAt + terms.seconds * 1_000
    const asked = { ...terms, startsAt }
    const events = [`created by ${requester.id}`]
    const request = { id: '', requester, rule, asked, answerBy, state: 'pending', reviews: [], grant: null, events }
    this.requests.push(request)
    if (rule.reviews === 0) this.#approve(request, [], clock)
    return 'done'
  }

  /** @param gone who can no longer review */
  approve(account: Account, request: ModelRequest, less: Partial<ModelTerms>, gone: Account | null): string {
    const refused = this.#cannotReview(account, request)
    if (refused !== null) return refused
    const { asked, rule, reviews } = request
    const startsAt = this.#start(less.startsAt ?? null)
    if (startsAt !== null && startsAt > this.now + 7 * day) return 'RGW_START_TOO_LATE'
    const terms = { ...asked, ...less, startsAt: startsAt ?? asked.startsAt }
    if (terms.racks.some((rack) => !asked.racks.includes(rack))) return 'RGW_APPROVAL_TOO_WIDE'
    if (terms.apps.some((app) => !asked.apps.includes(app))) return 'RGW_APPROVAL_TOO_WIDE'
    if (terms.seconds > asked.seconds) return 'RGW_APPROVAL_TOO_WIDE'
    if (startsAt !== null && asked.startsAt !== null && startsAt < asked.startsAt) return 'RGW_APPROVAL_TOO_WIDE'
    const counted = [...reviews.filter((one) => one.account !== gone), { account, terms }]
    if (this.#common(request, counted) === null) return 'RGW_NOTHING_GRANTED'
    reviews.push({ account, terms })
    if (counted.length >= rule.reviews) this.#approve(request, counted, account.id)
    else request.events.push(`reviewed by ${account.id}`)
    return 'done'
  }

  deny(account: Account, request: ModelRequest): string {
    const refused = this.#cannotReview(account, request)
    if (refused !== null) return refused
    return change(request, 'denied', account.id)
  }

  cancel(account: Account, request: ModelRequest): string {
    if (account !== request.requester) return 'RGW_NOT_REQUESTER'
    if (request.state !== 'pending') return lateCode(request)
    return change(request, 'canceled', account.id)
  }

  revoke(account: Account, request: ModelRequest): string {
    if (request.state === 'pending') return 'RGW_REQUEST_PENDING'
    if (!isOpen(request)) return 'RGW_REQUEST_OVER'
    return change(request, 'revoked', account.id)
  }

  use(account: Account, request: ModelRequest): string {
    const { grant } = request
    if (account !== request.requester) return 'RGW_IDENTITY_NOT_FOUND'
    if (request.state === 'pending') return 'RGW_REQUEST_PENDING'
    if (grant === null || !isOpen(request)) return 'RGW_REQUEST_OVER'
    if (this.now < grant.from) return 'RGW_GRANT_NOT_STARTED'
    if (request.state === 'active') return 'done'
    grant.from = this.now
    grant.until = this.now + grant.seconds * 1_000
    request.events.push(`started by ${account.id}`)
    request.state = 'active'
    return 'done'
  }

  /** The next times at which something happens by itself. */
  deadlines(): readonly number[] {
    const times = this.requests.filter(isOpen).flatMap((one) => {
      if (one.grant === null) return [one.answerBy]
      return [one.grant.from, one.grant.until]
    })
    return [...new Set(times)].filter((time) => time > this.now).sort((one, other) => one - other)
  }

  advanceTo(time: number): void {
    this.now = Math.max(this.now, time)
    for (const request of this.requests) this.#passTime(request)
  }

  isLive({ state, grant, rule }: ModelRequest): boolean {
    if (grant === null) return false
    return state === 'active' || (state === 'approved' && rule.startsWithUse && this.now >= grant.from)
  }

  #passTime(request: ModelRequest): void {
    const { grant, rule, answerBy } = request
    if (request.state === 'pending' && this.now >= answerBy) change(request, 'lapsed', clock)
    if (grant === null) return
    if (request.state === 'approved' && rule.startsWithUse && this.now >= grant.until) change(request, 'lapsed', clock)
    if (request.state === 'approved' && !rule.startsWithUse && this.now >= grant.from) {
      request.events.push(`started by ${clock}`)
      request.state = 'active'
    }
    if (request.state === 'active' && this.now >= grant.until) change(request, 'ended', clock)
  }

  #approve(request: ModelRequest, reviews: readonly ModelReview[], by: string): void {
    request.grant = this.#common(request, reviews)
    change(request, 'approved', by)
    this.#passTime(request)
  }

  /** What everybody allows; null if that is nothing. */
  #common({ asked, rule }: ModelRequest, reviews: readonly ModelReview[]): ModelGrant | null {
    const grant = { racks: asked.racks, apps: asked.apps, seconds: asked.seconds, from: this.now, until: 0 }
    let end = Number.POSITIVE_INFINITY
    for (const terms of [asked, ...reviews.map((review) => review.terms)]) {
      grant.racks = grant.racks.filter((rack) => terms.racks.includes(rack))
      grant.apps = grant.apps.filter((app) => terms.apps.includes(app))
      if (terms.seconds < grant.seconds) grant.seconds = terms.seconds
      if (terms.startsAt === null) continue
      if (terms.startsAt > grant.from) grant.from = terms.startsAt
      if (terms.startsAt + terms.seconds * 1_000 < end) end = terms.startsAt + terms.seconds * 1_000
    }
    if (grant.racks.length === 0 || grant.apps.length === 0) return null
    if (rule.startsWithUse) return { ...grant, until: grant.from + longest }
    while (grant.from + grant.seconds * 1_000 > end) grant.seconds -= 1
    if (grant.seconds < 1) return null
    return { ...grant, until: grant.from + grant.seconds * 1_000 }
  }

  #cannotReview({ human }: Account, request: ModelRequest): string | null {
    if (request.state !== 'pending') return lateCode(request)
    if (human === request.requester.human) return 'RGW_OWN_REQUEST'
    if (request.reviews.some((one) => one.account.human === human)) return 'RGW_ALREADY_REVIEWED'
    return null
  }

  #start(startsAt: number | null): number | null {
    return startsAt !== null && startsAt > this.now ? startsAt : null
  }
}

export function isOpen({ state }: ModelRequest): boolean {
  return state === 'pending' || state === 'approved' || state === 'active'
}

function lateCode(request: ModelRequest): string {
  return isOpen(request) ? 'RGW_REQUEST_DECIDED' : 'RGW_REQUEST_OVER'
}

function change(request: ModelRequest, state: string, by: string): string {
  request.state = state
  request.events.push(`${state} by ${by}`)
  return 'done'
}
