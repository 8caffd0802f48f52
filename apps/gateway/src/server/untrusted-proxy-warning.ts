import fp from 'fastify-plugin'

declare module 'fastify' {
  interface FastifyInstance {
    /** For readiness: a sentence about proxies that are not trusted. */
    untrustedProxyNote: () => string
  }
}

/**
 * Warns about a proxy that is missing in `TRUSTED_PROXIES`, because all callers behind the proxy count as one address.
 * Warns once per start, because anybody can send `X-Forwarded-For`.
 */
export default fp(
  async function untrustedProxyWarning(app) {
    let hasIgnored = false

    app.addHook('onRequest', function noticeForwarded({ raw, ips, log, socket }, _reply, done) {
      // A request of a trusted peer has at least two addresses: the peer's, and the one that the peer forwards.
      if (hasIgnored || raw.headers['x-forwarded-for'] === undefined || (ips?.length ?? 1) > 1) return done()
      hasIgnored = true
      log.warn(
        { event: 'proxy.not_trusted', peer: socket.remoteAddress },
        'the gateway ignored X-Forwarded-For of a peer that is not in TRUSTED_PROXIES: if the peer is your proxy, add its address, or all callers count as one address',
      )
      done()
    })

    app.decorate('untrustedProxyNote', () =>
      hasIgnored
        ? 'X-Forwarded-For of a peer that is not in TRUSTED_PROXIES was ignored: if the peer is your proxy, add its address'
        : 'no X-Forwarded-For was ignored',
    )
  },
  { name: 'untrusted-proxy-warning' },
)
