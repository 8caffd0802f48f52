/** Terminates TLS in front of a plain server, like a load balancer. */
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { createServer } from 'node:tls'
import { announce, given } from './announce.ts'
import { listening } from './listening.ts'

const { hostname, port } = new URL(given('BENCH_TARGET'))
const identity = { cert: readFileSync(given('BENCH_CERT')), key: readFileSync(given('BENCH_KEY')) }
const server = createServer({ ...identity, noDelay: true }, (near) => {
  const far = connect({ host: hostname, port: Number(port), noDelay: true })
  near.on('error', () => far.destroy()).pipe(far)
  far.on('error', () => near.destroy()).pipe(near)
})
const url = (await listening(server)).replace('http:', 'https:')
announce({ url, close: async () => server.close() })
