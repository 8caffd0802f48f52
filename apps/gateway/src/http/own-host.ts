import type { FastifyInstance } from 'fastify'
import { Misdirected, ruled } from '../errors.ts'

/** Pages and the own API exist at PUBLIC_URL alone, so that no other name for this machine gets cookies or links of it. */
export function refuseOtherHosts(app: FastifyInstance, publicUrl: string): void {
  const { host, protocol } = new URL(publicUrl)
  const hosts = [
    host,
    host.includes(':', host.lastIndexOf(']') + 1) ? host : `${host}:${protocol === 'https:' ? 443 : 80}`,
  ]
  app.addHook('onRequest', async function refuseOtherHost({ raw: { url = '', rawHeaders } }) {
    if (!/^\/gateway(?:[/?]|$)/.test(url) || /^\/gateway\/health\//.test(url)) return
    const named = rawHeaders.filter((_, index) => rawHeaders[index - 1]?.toLowerCase() === 'host' && index % 2 === 1)
    const [name = '', another] = named
    if (another !== undefined || !hosts.includes(name.toLowerCase()))
      throw ruled(
        new Misdirected('this is not the address of the gateway’s pages and API:', `use ${publicUrl}/gateway/`),
        'other-host',
      )
  })
}
