import { userName } from '@rack-gateway/rbac-policy'
import type { Static, TObject } from 'typebox'
import { minute } from '../output/grant-text.ts'
import { ServiceAccount, Token, Trust, User } from './schemas.ts'

/** What administration finds by id or name, and bindings are for. */
export interface Kind<S extends TObject> {
  /** `API token` */
  readonly what: string
  /** The command that lists them. */
  readonly list: string
  readonly path: `/${string}`
  readonly schema: S
  idOf(item: Static<S>): string
  nameOf(item: Static<S>): string
  /** Where another one can have the same name: a longer one, which is taken as well. */
  fullNameOf?(item: Static<S>): string
  /** What tells it from another one of the same name. */
  moreOf(item: Static<S>): string
  /** Whether it can still be meant by its name. */
  isLive(item: Static<S>, now: number): boolean
}

export const users: Kind<typeof User> = {
  what: 'user',
  list: 'rack-gateway users',
  path: '/users',
  schema: User,
  idOf: ({ id }) => id,
  nameOf: ({ email }) => email,
  fullNameOf: userName,
  moreOf: ({ issuer }) => issuer,
  isLive: () => true,
}

export const tokens: Kind<typeof Token> = {
  what: 'API token',
  list: 'rack-gateway tokens',
  path: '/tokens',
  schema: Token,
  idOf: ({ id }) => id,
  nameOf: ({ name }) => name,
  moreOf: ({ owner, createdAt }) => `of ${owner.name}, made ${minute(createdAt)}`,
  isLive: ({ revokedAt, expiresAt }, now) => revokedAt === null && Date.parse(expiresAt) > now,
}

export const trusts: Kind<typeof Trust> = {
  what: 'trust',
  list: 'rack-gateway trusts',
  path: '/trusts',
  schema: Trust,
  idOf: ({ id }) => id,
  nameOf: ({ name }) => name,
  moreOf: ({ issuer, createdAt }) => `${issuer}, made ${minute(createdAt)}`,
  isLive: ({ revokedAt }) => revokedAt === null,
}

export const serviceAccounts: Kind<typeof ServiceAccount> = {
  what: 'service account',
  list: 'rack-gateway service-accounts',
  path: '/service-accounts',
  schema: ServiceAccount,
  idOf: ({ id }) => id,
  nameOf: ({ name }) => name,
  moreOf: ({ createdAt }) => `made ${minute(createdAt)}`,
  isLive: () => true,
}
