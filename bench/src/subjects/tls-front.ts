/** Terminates TLS in front of a plain server, like a load balancer. */
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { createServer } from 'node:tls'
import { announce, requiredVariable } from './announce.ts'
import { listen } from './listen.ts'

const { hostname, port } = new URL(requiredVariable('BENCH_TARGET'))
const identity = {
  cert: readFileSync(requiredVariable('BENCH_CERT')),
  key: readFileSync(requiredVariable('BENCH_KEY')),
}
const server = createServer({ ...identity, noDelay: true }, (client) => {
  const upstream = connect({ host: hostname, port: Number(port), noDelay: true })
  client.on('error', () => upstream.destroy()).pipe(upstream)
  upstream.on('error', () => client.destroy()).pipe(client)
})
const url = (await listen(server)).replace('http:', 'https:')
announce({ url, close: async () => server.close() })
