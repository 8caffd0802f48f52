/**
 * What a request costs, in milliseconds of the main thread. The scheduler starts the requests of the caller with the
 * smallest sum of costs first. The numbers were measured with `bench run costs`.
 */
export const requestCost = 0.4

/**
 * Work that can take long, per KiB of its input or output. The gateway measures each of them while it runs, and corrects
 * these numbers by a moving average.
 */
export const workCosts = {
  /** A body of the management API. */
  parse: 0.02,
  /** The parameters of a call of the rack API. */
  parameters: 0.05,
  mask: 0.05,
  /** A command of a call or a planned call. */
  command: 0.1,
  /** A response of the management API. */
  serialize: 0.02,
} as const

export type Work = keyof typeof workCosts

/** Per KiB. */
export const receivedCost = 0.002
export const sentCost = 0.002

/** Requests that cost more than `requestCost`, by the ID of the route or endpoint. */
export const routeCosts: Readonly<Record<string, number>> = {}
