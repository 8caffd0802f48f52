import type { JWTPayload } from 'jose'
import { badGroups, LoginDenied, noEmail, otherDomain, unverifiedEmail } from '../errors/login-denial.ts'
import { canonicalEmail } from '../transactions/names.ts'
import { googleIssuer, type LoginSettings } from './settings.ts'

/** A user, as the ID token of the identity provider describes the user. */
export interface ProviderUser {
  readonly issuer: string
  readonly subject: string
  /** Verified, in lower case, plain ASCII with one `@`. */
  readonly email: string
  /** Sorted, without duplicates. */
  readonly groups: readonly string[]
}

const mostGroups = 5_000
const longestGroup = 256
const longestSubject = 255

/** Google's own domains, whose accounts have no `hd` claim. */
const googleDomains = ['gmail.com', 'googlemail.com']

/** @param claims of a verified ID token @throws LoginDenied */
export function providerUserOf(claims: JWTPayload, settings: LoginSettings): ProviderUser {
  const subject = claims.sub
  if (typeof subject !== 'string' || subject === '' || subject.length > longestSubject)
    throw new Error('the id_token was verified to have a subject')
  const email = emailOf(claims, subject)
  checkDomain(email, claims, settings)
  return { issuer: settings.issuer, subject, email, groups: groupsOf(claims, settings.groupsClaim, { subject, email }) }
}

function emailOf(claims: JWTPayload, subject: string): string {
  const email = readEmail(claims.email)
  if (email === null) throw new LoginDenied(noEmail, { subject })
  if (claims.email_verified !== true) throw new LoginDenied(unverifiedEmail, { subject, email })
  return email
}

function readEmail(value: unknown): string | null {
  if (typeof value !== 'string') return null
  try {
    return canonicalEmail(value)
  } catch {
    return null
  }
}

function checkDomain(email: string, claims: JWTPayload, { issuer, allowedDomains }: LoginSettings): void {
  if (allowedDomains.length === 0) return
  const domain = email.slice(email.lastIndexOf('@') + 1)
  const hostedDomain = typeof claims.hd === 'string' ? claims.hd.toLowerCase() : null
  const needsHostedDomain = issuer === googleIssuer && !googleDomains.includes(domain)
  const isHostedDomainAllowed = hostedDomain === null ? !needsHostedDomain : allowedDomains.includes(hostedDomain)
  if (!allowedDomains.includes(domain) || !isHostedDomainAllowed)
    throw new LoginDenied(otherDomain, { subject: String(claims.sub), email })
}

/** An unreadable claim denies the login, so that the user does not silently lose roles. */
function groupsOf(
  claims: JWTPayload,
  claim: string | null,
  user: Pick<ProviderUser, 'subject' | 'email'>,
): readonly string[] {
  const value = claim === null || !Object.hasOwn(claims, claim) ? [] : claims[claim]
  const groups: unknown[] = typeof value === 'string' ? [value] : Array.isArray(value) ? value : [null]
  if (groups.length > mostGroups || !groups.every(isGroup)) throw new LoginDenied(badGroups, { ...user })
  return [...new Set(groups)].sort()
}

function isGroup(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= longestGroup && !/\p{Cc}/u.test(value)
}
