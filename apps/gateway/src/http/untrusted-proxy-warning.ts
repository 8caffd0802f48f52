import type { FastifyInstance } from 'fastify'

/** What of forwarded addresses was not believed. */
export interface Forwarding {
  /** For readiness: a sentence for the operator. */
  note(): string
}

/** Notices a proxy that nobody named: behind one, all callers have its address. Says so once a start, since anybody can send the header. */
export function watchForwarding(app: FastifyInstance): Forwarding {
  let ignored = false

  app.addHook('onRequest', async function noticeForwarded({ raw, ips, log, socket }) {
    // Of a trusted peer there are at least two: its own address, and what it forwards.
    if (ignored || raw.headers['x-forwarded-for'] === undefined || (ips?.length ?? 1) > 1) return
    ignored = true
    log.warn(
      { event: 'proxy.not_trusted', peer: socket.remoteAddress },
      'a request came with X-Forwarded-For, which was not believed: if the peer is a proxy of yours, add its address to TRUSTED_PROXIES, or all callers count as one address',
    )
  })

  return {
    note: () =>
      ignored
        ? 'X-Forwarded-For of a peer that is not in TRUSTED_PROXIES was not believed: add it if it is a proxy of yours'
        : 'nothing was forwarded that is not believed',
  }
}
