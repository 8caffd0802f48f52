import type { Invitation, SecondFactor, ServiceAccount, Token, Trust, User } from '@rack-gateway/gateway-api'
import { userName } from '@rack-gateway/rbac-policy'
import { Usage } from '../errors/errors.ts'
import { minuteText } from '../output/binding-text.ts'
import { callGateway, type GatewayAccess } from './gateway-api.ts'
import { listAllItems } from './list-all-items.ts'

/** A kind of resource that commands find by ID or name. */
export interface ResourceKind<T> {
  /** Such as `API token`. */
  readonly noun: string
  readonly listCommand: string
  listAll(gateway: GatewayAccess): Promise<T[]>
  get(gateway: GatewayAccess, id: string): Promise<T>
  idOf(item: T): string
  nameOf(item: T): string
  /** A longer name that is accepted too, if several resources can have the same name. */
  fullNameOf?(item: T): string
  /** The details that distinguish resources of the same name. */
  detailsOf(item: T): string
  /** Whether the resource can still be found by name. */
  isLive(item: T, now: number): boolean
}

export const users: ResourceKind<User> = {
  noun: 'user',
  listCommand: 'rack-gateway users',
  listAll: (gateway) => listAllItems(gateway, 'listUsers'),
  get: (gateway, id) => callGateway(gateway, 'getUser', { id }),
  idOf: ({ id }) => id,
  nameOf: ({ email }) => email,
  fullNameOf: userName,
  detailsOf: ({ issuer }) => issuer,
  isLive: () => true,
}

export const tokens: ResourceKind<Token> = {
  noun: 'API token',
  listCommand: 'rack-gateway tokens',
  listAll: (gateway) => listAllItems(gateway, 'listTokens'),
  get: (gateway, id) => callGateway(gateway, 'getToken', { id }),
  idOf: ({ id }) => id,
  nameOf: ({ name }) => name,
  detailsOf: ({ owner, createdAt }) => `of ${owner.name}, made ${minuteText(createdAt)}`,
  isLive: ({ revokedAt, expiresAt }, now) => revokedAt === null && Date.parse(expiresAt) > now,
}

export const trusts: ResourceKind<Trust> = {
  noun: 'trust',
  listCommand: 'rack-gateway trusts',
  listAll: (gateway) => listAllItems(gateway, 'listTrusts'),
  get: (gateway, id) => callGateway(gateway, 'getTrust', { id }),
  idOf: ({ id }) => id,
  nameOf: ({ name }) => name,
  detailsOf: ({ issuer, createdAt }) => `${issuer}, made ${minuteText(createdAt)}`,
  isLive: ({ revokedAt }) => revokedAt === null,
}

export const serviceAccounts: ResourceKind<ServiceAccount> = {
  noun: 'service account',
  listCommand: 'rack-gateway service-accounts',
  listAll: (gateway) => listAllItems(gateway, 'listServiceAccounts'),
  get: (gateway, id) => callGateway(gateway, 'getServiceAccount', { id }),
  idOf: ({ id }) => id,
  nameOf: ({ name }) => name,
  detailsOf: ({ createdAt }) => `made ${minuteText(createdAt)}`,
  isLive: () => true,
}

export const invitations: ResourceKind<Invitation> = {
  noun: 'invitation',
  listCommand: 'rack-gateway users invitations',
  listAll: (gateway) => listAllItems(gateway, 'listInvitations'),
  get: (gateway, id) => callGateway(gateway, 'getInvitation', { id }),
  idOf: ({ id }) => id,
  nameOf: ({ email }) => email,
  detailsOf: ({ issuer }) => issuer,
  isLive: ({ state }) => state === 'open',
}

/** The second factors of the user. The gateway has no operation that returns a single second factor. */
export const secondFactors: ResourceKind<SecondFactor> = {
  noun: 'second factor',
  listCommand: 'rack-gateway mfa',
  listAll: listOwnFactors,
  async get(gateway, id) {
    const factor = (await listOwnFactors(gateway)).find((one) => one.id === id)
    if (factor === undefined)
      throw new Usage(`You have no second factor with the ID ${id}.`, 'List your second factors with: rack-gateway mfa')
    return factor
  },
  idOf: ({ id }) => id,
  nameOf: ({ name }) => name,
  detailsOf: ({ kind, createdAt }) => `${kind}, added ${minuteText(createdAt)}`,
  isLive: () => true,
}

function listOwnFactors(gateway: GatewayAccess): Promise<SecondFactor[]> {
  return listAllItems(gateway, 'listSecondFactors', { user: 'me' })
}
