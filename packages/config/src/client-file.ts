import type { Static } from 'typebox'
import type { ClientFile } from './client-schema.ts'

export type ClientConfig = Static<typeof ClientFile>
export type GatewayEntry = NonNullable<ClientConfig['gateways']>[string]
export type TokenEntry = NonNullable<ClientConfig['tokens']>[string]

/**
 * Whether a value has the shape of `ClientFile`. The same as checking the schema, which the wrapped command's way can't
 * wait for: loading it takes longer than starting Node. A property test holds the two together.
 */
export function isClientConfig(value: unknown): value is ClientConfig {
  return (
    isObject(value) &&
    isOptionalMap(value.gateways, isGateway) &&
    isOptionalMap(value.tokens, isToken) &&
    isOptionalText(value.current)
  )
}

/** The gateway of that name. Names such as `constructor` find nothing. */
export function gatewayOf(config: ClientConfig, name: string): GatewayEntry | null {
  return own(config.gateways, name)
}

/** The token of the gateway of that name. */
export function tokenOf(config: ClientConfig, name: string): TokenEntry | null {
  return own(config.tokens, name)
}

function own<T>(map: Record<string, T> | undefined, name: string): T | null {
  return map !== undefined && Object.hasOwn(map, name) ? (map[name] ?? null) : null
}

function isGateway(value: unknown): boolean {
  return (
    isObject(value) &&
    typeof value.url === 'string' &&
    isOptionalText(value.rack) &&
    (value.relay === undefined || typeof value.relay === 'boolean') &&
    isOptionalText(value.ca)
  )
}

function isToken(value: unknown): boolean {
  return (
    isObject(value) &&
    typeof value.token === 'string' &&
    value.token !== '' &&
    isOptionalText(value.email) &&
    isOptionalText(value.expires_at) &&
    isOptionalText(value.renew_at)
  )
}

function isOptionalMap(value: unknown, isEntry: (entry: unknown) => boolean): boolean {
  return value === undefined || (isObject(value) && Object.values(value).every(isEntry))
}

function isOptionalText(value: unknown): boolean {
  return value === undefined || typeof value === 'string'
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
