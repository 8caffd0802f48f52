import type { FastifyRequest } from 'fastify'
import { addressOf } from '../http/source.ts'
import { clientNetwork } from './client-network.ts'
import { createWindowLimit } from './window-limit.ts'

/** Milliseconds. */
const window = 600_000
/** Attempts of one person in a window, including typing errors. */
const perAccount = 10
/** Attempts in a window. Several people can share an address. */
const perAddress = 30

/** @returns a function that counts a typed code, and returns whether a limit is exceeded */
export function createDeviceCodeLimit(): (request: FastifyRequest) => boolean {
  const now = () => performance.now()
  const countAccount = createWindowLimit(perAccount, now, window)
  const countAddress = createWindowLimit(perAddress, now, window)

  return function isBeyondCodeLimit(request) {
    // An account above its limit does not use up the limit of its address.
    return countAccount(request.principal?.id ?? '') > 0 || countAddress(clientNetwork(addressOf(request))) > 0
  }
}
