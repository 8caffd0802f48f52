import { gatewayAddress, Secret } from '@rack-gateway/config/client'
import { BadSetting } from '../../errors/errors.ts'
import { isTokenText } from '../../token/token-text.ts'
import type { Target } from './target.ts'

/** RACK_URL takes precedence over every other choice. Null if it is not set. @throws BadSetting */
export function rackUrlTarget(value: string | undefined): Target | null {
  const text = value?.trim()
  if (!text) return null
  const url = URL.canParse(text) ? new URL(text) : null
  const { origin } = gatewayAddress(url?.origin ?? '')
  const rack = /^\/rack\/([^/]+)$/.exec(url?.pathname ?? '')?.[1] ?? null
  const token = decode(url?.password ?? '')
  if (url === null || origin === null || !isTokenText(token))
    throw new BadSetting('RACK_URL is not https://convox:TOKEN@HOST.', 'Correct it or unset it.')
  return {
    name: null,
    origin,
    rack,
    token: new Secret(token),
    expiry: { state: 'unknown' },
    renewalDue: false,
  }
}

/** Empty for an invalid percent-encoding. */
function decode(password: string): string {
  try {
    return decodeURIComponent(password)
  } catch {
    return ''
  }
}
