import { isUuid } from '@rack-gateway/audit/uuid'
import { nearest } from '@rack-gateway/config/client'
import type { Static, TObject } from 'typebox'
import { Usage } from '../errors.ts'
import { type Asker, callGateway } from '../gateway-api.ts'
import { printable } from '../terminal.ts'
import { everyPage } from './every-page.ts'
import { ServiceAccount, Token, Trust, User } from './schemas.ts'

interface Kind<S extends TObject> {
  /** `API token` */
  readonly what: string
  readonly path: `/${string}`
  readonly schema: S
  nameOf(item: Static<S>): string
  /** What tells it from another one of the same name. */
  moreOf(item: Static<S>): string
  /** Whether it can still be meant by its name. */
  isLive(item: Static<S>, now: number): boolean
}

const users: Kind<typeof User> = {
  what: 'user',
  path: '/users',
  schema: User,
  nameOf: ({ email }) => email,
  moreOf: ({ issuer }) => issuer,
  isLive: () => true,
}
const tokens: Kind<typeof Token> = {
  what: 'API token',
  path: '/tokens',
  schema: Token,
  nameOf: ({ name }) => name,
  moreOf: ({ owner }) => owner.name,
  isLive: ({ revokedAt, expiresAt }, now) => revokedAt === null && Date.parse(expiresAt) > now,
}
const trusts: Kind<typeof Trust> = {
  what: 'trust',
  path: '/trusts',
  schema: Trust,
  nameOf: ({ name }) => name,
  moreOf: ({ issuer }) => issuer,
  isLive: ({ revokedAt }) => revokedAt === null,
}
const accounts: Kind<typeof ServiceAccount> = {
  what: 'service account',
  path: '/service-accounts',
  schema: ServiceAccount,
  nameOf: ({ name }) => name,
  moreOf: ({ createdAt }) => createdAt,
  isLive: () => true,
}

type Finder<S extends TObject> = (asker: Asker, text: string, now: number) => Promise<Static<S>>

/** By id or e-mail address. */
export const findUser: Finder<typeof User> = finder(users)
/** By id, or by the name of one that has not ended. */
export const findToken: Finder<typeof Token> = finder(tokens)
/** By id, or by the name of one that isn't revoked. */
export const findTrust: Finder<typeof Trust> = finder(trusts)
/** By id or name. */
export const findServiceAccount: Finder<typeof ServiceAccount> = finder(accounts)

/** @throws Usage for none and for several; as `callGateway` */
function finder<S extends TObject>(kind: Kind<S>): Finder<S> {
  return async function find(asker, text, now) {
    const { path, schema, nameOf } = kind
    if (isUuid(text.toLowerCase())) return callGateway(asker, { path: `${path}/${text.toLowerCase()}`, answer: schema })
    const all = (await everyPage(asker, path, schema)).filter((item) => kind.isLive(item, now))
    const found = all.filter((item) => nameOf(item).toLowerCase() === text.toLowerCase())
    const [only] = found
    if (only === undefined) throw none(kind, text, all)
    if (found.length > 1) throw several(kind, text, found)
    return only
  }
}

function none<S extends TObject>({ what, nameOf }: Kind<S>, text: string, all: readonly Static<S>[]): Error {
  const near = nearest(text, all.map(nameOf))
  const meant = near === null ? 'name it by its id, or list what there is' : `did you mean ${printable(near)}?`
  return new Usage(`there is no ${what} named ${printable(text)}: ${meant}`)
}

function several<S extends TObject>({ what, moreOf }: Kind<S>, text: string, found: readonly Static<S>[]): Error {
  const ids = found.map((item) => `${String(Reflect.get(item as object, 'id'))} (${printable(moreOf(item))})`)
  return new Usage(`${found.length} are named ${printable(text)}, so name the ${what} by its id: ${ids.join(', ')}`)
}
