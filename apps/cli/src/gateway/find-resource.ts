import { isUuid } from '@rack-gateway/audit/events'
import { nearest } from '@rack-gateway/errors/nearest'
import type { Invitation, SecondFactor, ServiceAccount, Token, Trust, User } from '@rack-gateway/gateway-api'
import { Usage } from '../errors/errors.ts'
import { counted } from '../output/counted.ts'
import { printable } from '../terminal/terminal.ts'
import type { GatewayAccess } from './gateway-api.ts'
import {
  invitations,
  type ResourceKind,
  secondFactors,
  serviceAccounts,
  tokens,
  trusts,
  users,
} from './resource-kinds.ts'

type Finder<T> = (gateway: GatewayAccess, text: string, now: number) => Promise<T>

/** By ID, by email address, or by EMAIL/ISSUER. */
export const findUser: Finder<User> = finder(users)
/** By ID. Also by name, if the token has not expired and is not revoked. */
export const findToken: Finder<Token> = finder(tokens)
/** By ID. Also by name, if the trust is not revoked. */
export const findTrust: Finder<Trust> = finder(trusts)
/** By ID or name. */
export const findServiceAccount: Finder<ServiceAccount> = finder(serviceAccounts)
/** By ID. Also by email address, if the invitation is open. */
export const findInvitation: Finder<Invitation> = finder(invitations)
/** By ID or name. */
export const findSecondFactor: Finder<SecondFactor> = finder(secondFactors)

/** @throws as `callGateway`; Usage if none or several match */
function finder<T>(kind: ResourceKind<T>): Finder<T> {
  return async function find(gateway, text, now) {
    const { nameOf } = kind
    if (isUuid(text.toLowerCase())) return kind.get(gateway, text.toLowerCase())
    const all = (await kind.listAll(gateway)).filter((item) => kind.isLive(item, now))
    const wanted = text.toLowerCase()
    const found = all.filter((item) =>
      [nameOf(item), kind.fullNameOf?.(item)].some((name) => name?.toLowerCase() === wanted),
    )
    const [item] = found
    if (item === undefined) throw notFound(kind, text, all)
    if (found.length > 1) throw ambiguous(kind, text, found)
    return item
  }
}

function notFound<T>({ noun, listCommand, nameOf }: ResourceKind<T>, text: string, all: readonly T[]): Error {
  const near = nearest(text, all.map(nameOf))
  const remedy = near === null ? `List the ${noun}s with: ${listCommand}` : `Did you mean ${printable(near)}?`
  return new Usage(`There is no ${noun} named ${printable(text)}.`, remedy)
}

function ambiguous<T>(kind: ResourceKind<T>, text: string, found: readonly T[]): Error {
  const { noun, idOf, detailsOf } = kind
  const names = found.map((item) => kind.fullNameOf?.(item))
  if (names.every((name) => name !== undefined))
    return new Usage(
      `${counted(found.length, noun)} are named ${printable(text)}.`,
      `Name one of these: ${printable(names.join(', '))}`,
    )
  const ids = found.map((item) => `${idOf(item)} (${printable(detailsOf(item))})`)
  return new Usage(
    `${counted(found.length, noun)} are named ${printable(text)}.`,
    `Name the ${noun} by its ID: ${ids.join(', ')}`,
  )
}
