import type { Static } from 'typebox'
import type { ClientFile } from './client-schema.ts'

export type ClientConfig = Static<typeof ClientFile>
export type GatewayEntry = NonNullable<ClientConfig['gateways']>[string]
export type TokenEntry = NonNullable<ClientConfig['tokens']>[string]

/**
 * Does not use TypeBox, because loading TypeBox takes longer than starting Node. A property test compares this check
 * with the schema `ClientFile`.
 */
export function isClientConfig(value: unknown): value is ClientConfig {
  return (
    isObject(value) &&
    isOptionalMap(value.gateways, isGateway) &&
    isOptionalMap(value.sessions, isToken) &&
    isOptionalMap(value.tokens, isToken) &&
    isOptionalText(value.current) &&
    isOptionalOneOf(value.token_store, ['file', 'keychain']) &&
    (value.file_store_told === undefined || typeof value.file_store_told === 'boolean')
  )
}

export function gatewayOf(config: ClientConfig, name: string): GatewayEntry | null {
  return ownEntry(config.gateways, name)
}

/** Ignores inherited properties, so that a name such as `constructor` finds nothing. */
export function ownEntry<T>(map: Readonly<Record<string, T>> | undefined, name: string): T | null {
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
    isOptionalText(value.token) &&
    value.token !== '' &&
    isOptionalOneOf(value.kept_in, ['keychain']) &&
    isOptionalText(value.url) &&
    isOptionalText(value.email) &&
    isOptionalText(value.expires_at) &&
    isOptionalText(value.renew_at) &&
    (value.confirmed === undefined || isConfirmed(value.confirmed))
  )
}

function isConfirmed(value: unknown): boolean {
  return (
    isObject(value) &&
    typeof value.at === 'string' &&
    typeof value.kind === 'string' &&
    (value.rack === null || typeof value.rack === 'string') &&
    isTextArray(value.racks) &&
    isTextArray(value.roles)
  )
}

function isTextArray(value: unknown): boolean {
  return Array.isArray(value) && value.every((text) => typeof text === 'string')
}

function isOptionalMap(value: unknown, isEntry: (entry: unknown) => boolean): boolean {
  return value === undefined || (isObject(value) && Object.values(value).every(isEntry))
}

function isOptionalText(value: unknown): boolean {
  return value === undefined || typeof value === 'string'
}

function isOptionalOneOf(value: unknown, allowed: readonly string[]): boolean {
  return value === undefined || (typeof value === 'string' && allowed.includes(value))
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
