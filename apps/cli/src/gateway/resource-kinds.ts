import type { ServiceAccount, Token, Trust, User } from '@rack-gateway/gateway-api'
import { userName } from '@rack-gateway/rbac-policy'
import { minute } from '../output/grant-text.ts'
import { everyPage } from './every-page.ts'
import { type Asker, callGateway } from './gateway-api.ts'

/** What administration finds by id or name, and bindings are for. */
export interface Kind<T> {
  /** `API token` */
  readonly what: string
  /** The command that lists them. */
  readonly list: string
  listAll(asker: Asker): Promise<T[]>
  get(asker: Asker, id: string): Promise<T>
  idOf(item: T): string
  nameOf(item: T): string
  /** Where another one can have the same name: a longer one, which is taken as well. */
  fullNameOf?(item: T): string
  /** What tells it from another one of the same name. */
  moreOf(item: T): string
  /** Whether it can still be meant by its name. */
  isLive(item: T, now: number): boolean
}

export const users: Kind<User> = {
  what: 'user',
  list: 'rack-gateway users',
  listAll: (asker) => everyPage(asker, 'listUsers'),
  get: (asker, id) => callGateway(asker, 'getUser', { id }),
  idOf: ({ id }) => id,
  nameOf: ({ email }) => email,
  fullNameOf: userName,
  moreOf: ({ issuer }) => issuer,
  isLive: () => true,
}

export const tokens: Kind<Token> = {
  what: 'API token',
  list: 'rack-gateway tokens',
  listAll: (asker) => everyPage(asker, 'listTokens'),
  get: (asker, id) => callGateway(asker, 'getToken', { id }),
  idOf: ({ id }) => id,
  nameOf: ({ name }) => name,
  moreOf: ({ owner, createdAt }) => `of ${owner.name}, made ${minute(createdAt)}`,
  isLive: ({ revokedAt, expiresAt }, now) => revokedAt === null && Date.parse(expiresAt) > now,
}

export const trusts: Kind<Trust> = {
  what: 'trust',
  list: 'rack-gateway trusts',
  listAll: (asker) => everyPage(asker, 'listTrusts'),
  get: (asker, id) => callGateway(asker, 'getTrust', { id }),
  idOf: ({ id }) => id,
  nameOf: ({ name }) => name,
  moreOf: ({ issuer, createdAt }) => `${issuer}, made ${minute(createdAt)}`,
  isLive: ({ revokedAt }) => revokedAt === null,
}

export const serviceAccounts: Kind<ServiceAccount> = {
  what: 'service account',
  list: 'rack-gateway service-accounts',
  listAll: (asker) => everyPage(asker, 'listServiceAccounts'),
  get: (asker, id) => callGateway(asker, 'getServiceAccount', { id }),
  idOf: ({ id }) => id,
  nameOf: ({ name }) => name,
  moreOf: ({ createdAt }) => `made ${minute(createdAt)}`,
  isLive: () => true,
}
