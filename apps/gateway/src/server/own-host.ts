import fp from 'fastify-plugin'
import { Misdirected } from '../errors/errors.ts'

/** Serves pages and the management API only at the host of `PUBLIC_URL`, so that cookies and links are for one host. */
export default fp<{ readonly publicUrl: string | null }>(
  async function ownHost(app, { publicUrl }) {
    if (publicUrl === null) return
    const { host, protocol } = new URL(publicUrl)
    const hosts = [
      host,
      host.includes(':', host.lastIndexOf(']') + 1) ? host : `${host}:${protocol === 'https:' ? 443 : 80}`,
    ]
    app.addHook('onRequest', function rejectOtherHost({ originalUrl: url, raw: { rawHeaders } }, _reply, done) {
      if (!/^\/gateway(?:[/?]|$)/.test(url) || /^\/gateway\/health\//.test(url)) return done()
      const hostHeaders = rawHeaders.filter(
        (_, index) => rawHeaders[index - 1]?.toLowerCase() === 'host' && index % 2 === 1,
      )
      const [host = '', secondHost] = hostHeaders
      if (secondHost !== undefined || !hosts.includes(host.toLowerCase()))
        throw new Misdirected('The gateway’s pages and API have another address.', `Use ${publicUrl}/gateway/.`, {
          rule: 'other-host',
        })
      done()
    })
  },
  { name: 'own-host' },
)
