import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { Worker } from 'node:worker_threads'

/** Listens in a thread that then sleeps: the queue of its port fills, and the kernel lets later connections wait. */
const sleeper = `
  const { parentPort } = require('node:worker_threads')
  const server = require('node:net').createServer()
  server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
    parentPort.postMessage(server.address().port)
    setImmediate(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0))
  })`

/** An address where connections are neither accepted nor refused. */
export async function openSilentPort(): Promise<{ readonly url: string; close(): Promise<void> }> {
  const worker = new Worker(sleeper, { eval: true })
  const [port]: number[] = await once(worker, 'message')
  const waiting: Socket[] = []
  for (let stuck = false; !stuck; ) {
    const socket = connect({ port: port ?? 0, host: '127.0.0.1' })
    waiting.push(socket.on('error', () => undefined))
    stuck = await isStuck(socket)
  }
  return {
    url: `http://127.0.0.1:${port}`,
    async close() {
      for (const socket of waiting) socket.destroy()
      await worker.terminate()
    },
  }
}

function isStuck(socket: Socket): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(true), 300)
    socket.once('connect', () => {
      clearTimeout(timer)
      resolve(false)
    })
  })
}
